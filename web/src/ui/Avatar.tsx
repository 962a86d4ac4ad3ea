import classes from "./Avatar.module.css";

export function initials(name: string): string {
  const words = name.replaceAll(/\(.*?\)/gu, "").replace(/^(Dr|Prof|Mr|Mrs|Ms)\.?\s+/u, "").trim().split(/\s+/u).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => word?.[0] ?? "").join("").toUpperCase();
}

/** Decorative: the name always stands beside it. */
export function Avatar({ name, size = 40 }: { name: string; size?: number }) {
  return (
    <span className={classes["avatar"]} style={{ width: size, height: size, fontSize: size * 0.38 }} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
