import classes from "./Wordmark.module.css";

export function Wordmark() {
  return (
    <span className={classes["wordmark"]}>
      <svg aria-hidden="true" width="28" height="28" viewBox="0 0 32 32">
        <rect width="32" height="32" rx="8" fill="#0d4a4e" />
        <path d="M7 9.5h18v11H16l-5 4.5v-4.5H7z" fill="none" stroke="#e9f5f2" strokeWidth="2.2" strokeLinejoin="round" />
        <path d="M10 15.2h3l1.8-3 2.6 6 1.6-3H22" fill="none" stroke="#f0b45a" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      Consultroom
    </span>
  );
}
