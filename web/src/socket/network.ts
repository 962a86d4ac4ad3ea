/** What the device itself says about its network, where it does. */

/** Chromium's and the phones' network information; not in the standard library's types. */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

/** `changed`: it is another network, or there is one again. `seen`: the page is looked at again. Returns what ends it. */
export function watchNetwork(changed: () => void, seen: () => void): () => void {
  const network = (navigator as Navigator & { connection?: NetworkInformation }).connection;
  let type = network?.type;
  const estimated = () => {
    if (network?.type !== type) changed(); // it also tells each new estimate of the speed
    type = network?.type;
  };
  const shown = () => {
    if (document.visibilityState === "visible") seen();
  };
  window.addEventListener("online", changed);
  document.addEventListener("visibilitychange", shown);
  network?.addEventListener("change", estimated);
  return () => {
    window.removeEventListener("online", changed);
    document.removeEventListener("visibilitychange", shown);
    network?.removeEventListener("change", estimated);
  };
}
