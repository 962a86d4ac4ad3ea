/** What could not be sent yet, sealed on this device: AES-GCM under a key that only the server keeps, read back after a reload. */
import { clear, createStore, del, entries, keys, set, type UseStore } from "idb-keyval";

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}

let opened: UseStore | null = null;

function shelf(): UseStore {
  opened ??= createStore("consultroom", "unsent");
  return opened;
}

/** `key`: 32 bytes in base64url. Not extractable: a script on the page cannot read it back. */
export async function sealingKey(key: string): Promise<CryptoKey> {
  const bytes = Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

const boundTo = (name: string) => new TextEncoder().encode(name);

/** Under `name`, which the seal is bound to: one record never opens as another. */
export async function keepUnsent(key: CryptoKey, name: string, value: unknown): Promise<void> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  const bytes = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: boundTo(name) }, key, text);
  await set(name, { iv, bytes } satisfies Sealed, shelf());
}

export async function dropUnsent(name: string): Promise<void> {
  await del(name, shelf());
}

/** Everything kept under names that begin with `prefix`; what cannot be opened any more is removed. */
export async function unsentUnder(key: CryptoKey, prefix: string): Promise<{ name: string; value: unknown }[]> {
  const found = (await entries<string, Sealed>(shelf())).filter(([name]) => name.startsWith(prefix));
  const opened = await Promise.all(found.map(async ([name, { iv, bytes }]) => {
    try {
      const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: boundTo(name) }, key, bytes);
      return [{ name, value: JSON.parse(new TextDecoder().decode(text)) as unknown }];
    } catch {
      await dropUnsent(name);
      return [];
    }
  }));
  return opened.flat();
}

/** How much of `accountId` is waiting here; 0 where this browser keeps nothing. */
export async function countUnsent(accountId: string): Promise<number> {
  try {
    return (await keys<string>(shelf())).filter((name) => name.startsWith(`${accountId}/`)).length;
  } catch {
    return 0;
  }
}

/** Whoever signs out leaves nothing behind. */
export async function forgetUnsent(): Promise<void> {
  try {
    await clear(shelf());
  } catch {
    // This browser keeps nothing.
  }
}
