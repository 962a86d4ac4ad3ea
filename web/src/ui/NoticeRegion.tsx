import { CloseButton } from "@mantine/core";

import { Icon } from "./Icon";
import { dismiss, useNotices, type NoticeKind } from "./notices";
import classes from "./NoticeRegion.module.css";

const ICON = { info: "info", success: "check", problem: "alert" } as const satisfies Record<NoticeKind, string>;

/** The page's one place for notices. It stays mounted, so that assistive technology hears each arrival. */
export function NoticeRegion() {
  const notices = useNotices();
  return (
    <section className={classes["region"]} aria-label="Notices" aria-live="polite" aria-relevant="additions">
      {notices.map((notice) => (
        <div key={notice.id} className={classes["notice"]} data-kind={notice.kind} data-testid="notice">
          <Icon name={ICON[notice.kind]} />
          <div className="grow">
            <p className={classes["title"]}>{notice.title}</p>
            {notice.detail !== "" && <p className="small">{notice.detail}</p>}
          </div>
          <CloseButton aria-label={`Dismiss: ${notice.title}`} onClick={() => dismiss(notice.id)} />
        </div>
      ))}
    </section>
  );
}
