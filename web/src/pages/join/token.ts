/**
 * The secret of an invitation. It travels in the fragment of the link, which a browser sends to nobody, and leaves the
 * address at once: not in the history, not in a screenshot, not in a bookmark.
 */
const TOKEN = /^[\w-]{20,64}$/u;

export function tokenIn(hash: string): string | null {
  const token = hash.startsWith("#") ? hash.slice(1) : hash;
  return TOKEN.test(token) ? token : null;
}

/** Takes the token out of this page's address; null where there is none. */
export function takeToken(): string | null {
  const token = tokenIn(window.location.hash);
  if (window.location.hash !== "") window.history.replaceState(window.history.state, "", window.location.pathname);
  return token;
}
