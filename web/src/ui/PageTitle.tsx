import { useEffect } from "react";

/** Names the document: what a screen reader says first and what the tab shows. */
export function PageTitle({ title }: { title: string }) {
  useEffect(() => {
    document.title = `${title} · Consultroom`;
  }, [title]);
  return null;
}
