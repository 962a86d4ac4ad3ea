/** Beside the note: what was found and is in no line yet, and what was ordered. Nothing enters the note by itself. */
import { Menu } from "@mantine/core";
import { useState, type KeyboardEvent, type ReactNode } from "react";

import type { DismissReason, NoteSuggestion, OrderLine, ReviewItem } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { sectionTitle } from "../../ui/sections";
import { Empty } from "../../ui/States";
import { StatementMarks } from "../../ui/StatementMarks";
import { EvidenceChip } from "./EvidenceChip";
import { codeOffers, type CodeOffer, type LineCodes } from "./coding";
import { lineOf, newLine, type Line } from "./model/content";
import { reviewKey } from "./model/note-session";
import { add, addCode, dismiss, removeCode, setOrder } from "./model/operations";
import { detailsOf } from "./order-details";
import { REASONS } from "./reasons";
import classes from "./Tray.module.css";
import type { Desk } from "./use-desk";

function Box({ id, title, lead, count, children }: { id: string; title: string; lead: string; count: number; children: ReactNode }) {
  return (
    <section className={classes["box"]} aria-labelledby={id}>
      <h3 id={id}>{title} <span className={classes["count"]}>{count}</span></h3>
      <p className="soft small">{lead}</p>
      <ul>{children}</ul>
    </section>
  );
}

interface Act {
  words: string;
  label: string;
  hook: string;
  act: () => void;
  strong?: boolean;
}

function Acts({ acts, children }: { acts: readonly Act[]; children?: ReactNode }) {
  return (
    <span className={classes["acts"]}>
      {/* A decided one offers the way back in the same place: the keyboard stays there. */}
      {acts.map(({ words, label, hook, act, strong = false }, at) => <button key={at} type="button" data-strong={strong} onClick={act} aria-label={label} data-testid={hook}>{words}</button>)}
      {children}
    </span>
  );
}

/** Dismisses at once; the arrow beside it also takes a reason. */
function Dismissal({ keyOf, text, hook, desk }: { keyOf: string; text: string; hook: string; desk: Desk }) {
  const wave = (reason: DismissReason | null) => {
    desk.session.apply(dismiss([keyOf], reason));
    desk.tell("Dismissed. Undo brings it back.");
    // What had the keyboard is gone.
    requestAnimationFrame(() => (document.getElementById("tray") ?? document.getElementById("tab-beside"))?.focus({ preventScroll: true }));
  };
  return (
    <span className={classes["dismissal"]}>
      <button type="button" onClick={() => wave(null)} aria-label={`Dismiss: ${text}`} data-testid={hook}>Dismiss</button>
      <Menu position="bottom-end" withinPortal returnFocus={false}>
        <Menu.Target><button type="button" aria-label={`Dismiss with a reason: ${text}`} data-testid={`${hook}-why`}><Icon name="chevron" size={14} /></button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Dismiss, because it is</Menu.Label>
          {REASONS.map(({ reason, words }) => <Menu.Item key={reason} onClick={() => wave(reason)} data-testid={`dismiss-${reason}`}>{words}</Menu.Item>)}
        </Menu.Dropdown>
      </Menu>
    </span>
  );
}

function Offer({ one, desk }: { one: NoteSuggestion; desk: Desk }) {
  const take = () => {
    desk.session.apply(add({ ...lineOf(one), reviewed: true }));
    desk.tell(`Added to ${sectionTitle(one.section)}.`);
  };
  return (
    <li data-testid="suggestion" data-section={one.section}>
      <p><span className={classes["where"]}>{sectionTitle(one.section)}</span>{one.text} <StatementMarks statement={one} /></p>
      <div className={classes["foot"]}>
        <EvidenceChip of={one.id} ids={one.evidence} utterances={desk.utterances} evidence={desk.evidence} />
        <Acts acts={[
          { words: "Add", label: `Add to the note: ${one.text}`, hook: "suggestion-accept", act: take, strong: true },
        ]}><Dismissal keyOf={one.key} text={one.text} hook="suggestion-dismiss" desk={desk} /></Acts>
      </div>
    </li>
  );
}

/** Where a line goes that the machine could not place. */
function sectionOf(item: ReviewItem): string {
  return item.section === "" || item.section === "subjective" ? "subjective.hpi" : item.section;
}

/** The heading of the box says it already. */
const isTold = ({ reason }: ReviewItem) => reason !== "" && reason !== "unclear";

function Unplaced({ item, desk }: { item: ReviewItem; desk: Desk }) {
  const take = () => {
    const line = newLine(crypto.randomUUID(), sectionOf(item), { text: item.text, evidence: item.evidence });
    desk.session.apply((content) => dismiss([reviewKey(item)])(add(line)(content)));
    desk.session.pause();
    desk.edit(line.id);
  };
  return (
    <li data-testid="review-item" data-key={reviewKey(item)}>
      <p>{isTold(item) && <span className={classes["where"]}>{item.reason.charAt(0).toUpperCase() + item.reason.slice(1)}</span>}{item.text}</p>
      <div className={classes["foot"]}>
        <EvidenceChip of={`review ${reviewKey(item)}`} ids={item.evidence} utterances={desk.utterances} evidence={desk.evidence} />
        <Acts acts={[
          { words: "Add", label: `Add to the note: ${item.text}`, hook: "review-add", act: take, strong: true },
        ]}><Dismissal keyOf={reviewKey(item)} text={item.text} hook="review-dismiss" desk={desk} /></Acts>
      </div>
    </li>
  );
}

const KINDS: Record<OrderLine["kind"], string> = {
  medication: "Medication", lab: "Laboratory", imaging: "Imaging", referral: "Referral", followup: "Follow-up",
};

function Order({ order, desk }: { order: OrderLine; desk: Desk }) {
  const status = desk.view.content.orders[order.key] ?? order.status;
  const set = (next: OrderLine["status"]) => {
    desk.session.apply(setOrder(order.key, next));
    desk.tell(next === "accepted" ? "Order accepted." : next === "dismissed" ? "Order dismissed." : "Order open again.");
  };
  const details = detailsOf(order);
  return (
    <li data-testid="order" data-kind={order.kind} data-status={status}>
      <p><span className={classes["where"]}>{KINDS[order.kind]}{status === "accepted" && <b><Icon name="check" size={13} /> accepted</b>}{status === "dismissed" && <b>dismissed</b>}</span>{order.description}</p>
      {details.length > 0 && <dl className={classes["details"]}>{details.map(({ name, value }) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>}
      {order.reason !== "" && <p className="soft small">For: {order.reason}</p>}
      <div className={classes["foot"]}>
        <EvidenceChip of={`order ${order.key}`} ids={order.evidence} utterances={desk.utterances} evidence={desk.evidence} />
        {order.key !== "" && <Acts acts={status === "offered"
          ? [
            { words: "Accept", label: `Accept the order: ${order.description}`, hook: "order-accept", act: () => set("accepted"), strong: true },
            { words: "Dismiss", label: `Dismiss the order: ${order.description}`, hook: "order-dismiss", act: () => set("dismissed") },
          ]
          : [{ words: "Take back", label: `Take back the decision on: ${order.description}`, hook: "order-reopen", act: () => set("offered") }]} />}
      </div>
    </li>
  );
}

function Code({ offer, line, desk }: { offer: CodeOffer; line: Line; desk: Desk }) {
  const { coding, code, taken } = offer;
  const decide = () => {
    desk.session.apply(taken ? removeCode(line.id, code) : addCode(line.id, code));
    desk.tell(taken ? `${coding.code} taken off the line.` : `${coding.code} added to the line.`);
  };
  return (
    <li data-testid="coding" data-code={coding.code} data-taken={taken}>
      <span className="grow"><b>{coding.code}</b> {coding.title}</span>
      <Acts acts={[taken
        ? { words: "Take back", label: `Take back ${coding.code}, ${coding.title}`, hook: "coding-remove", act: decide }
        : { words: "Add", label: `Add ${coding.code}, ${coding.title}`, hook: "coding-accept", act: decide, strong: true }]} />
    </li>
  );
}

function CodesOf({ group: { line, offers }, desk }: { group: LineCodes; desk: Desk }) {
  const evidence = [...new Set(offers.flatMap(({ coding }) => coding.evidence))];
  return (
    <li data-testid="coding-line">
      <div className={classes["foot"]}><p className="grow">{line.text}</p><EvidenceChip of={`codes ${line.id}`} ids={evidence} utterances={desk.utterances} evidence={desk.evidence} /></div>
      <ul className={classes["codes"]}>{offers.map((offer) => <Code key={offer.code} offer={offer} line={line} desk={desk} />)}</ul>
    </li>
  );
}

/** What still asks for a decision. */
export function openCount(desk: Desk): number {
  const { suggestions, review, note, content } = desk.view;
  const offered = note.orders.filter((order) => (content.orders[order.key] ?? order.status) === "offered");
  return suggestions.filter((one) => one.about === null).length + review.length + offered.length;
}

/** Order: what is open stands above what is decided. */
function useSortedOrders(desk: Desk): readonly OrderLine[] {
  // Sorted once: a decision must not move what the next click is about to hit.
  const [first] = useState(() => desk.view.note.orders.filter((order) => order.status === "offered").map((order) => order.key));
  const { orders } = desk.view.note;
  return [...orders.filter((order) => first.includes(order.key)), ...orders.filter((order) => !first.includes(order.key))];
}

export function Tray({ desk }: { desk: Desk }) {
  const { suggestions, review } = desk.view;
  const found = suggestions.filter((one) => one.about === null);
  const orders = useSortedOrders(desk);
  const codes = codeOffers(desk.view.note.coding, desk.view.content.lines);
  const back = (event: KeyboardEvent<HTMLElement>) => {
    const line = desk.lines.find((one) => one.id === desk.active) ?? desk.lines[0];
    // What opens over the page closes first.
    if (event.key === "Escape" && event.currentTarget.contains(event.target as Node) && line !== undefined) desk.focus(line.id);
  };
  if (found.length + review.length + orders.length + codes.length === 0) {
    return <Empty icon="check" title="Nothing waits beside the note">What is found later in the talk, and what was unclear, appears here.</Empty>;
  }
  return (
    <div id="tray" className={classes["tray"]} tabIndex={0} role="region" aria-label="Beside the note" onKeyDown={back}>
      {found.length > 0 && (
        <Box id="suggestions" title="New in the talk" lead="Found after the note was first saved." count={found.length}>
          {found.map((one) => <Offer key={one.key} one={one} desk={desk} />)}
        </Box>
      )}
      {review.length > 0 && (
        <Box id="review" title="Unclear" lead="Asked without an answer, contradicted, or not sure enough to be a line." count={review.length}>
          {review.map((item) => <Unplaced key={reviewKey(item)} item={item} desk={desk} />)}
        </Box>
      )}
      {orders.length > 0 && (
        <Box id="orders" title="Orders heard in the plan" lead="Accepted ones become drafts; nothing is ordered by itself." count={orders.length}>
          {orders.map((order) => <Order key={order.key + order.description} order={order} desk={desk} />)}
        </Box>
      )}
      {codes.length > 0 && (
        <Box id="codes" title="ICD-10-CM codes" lead="Offered for these lines; none is added by itself." count={codes.flatMap(({ offers }) => offers).length}>
          {codes.map((group) => <CodesOf key={group.line.id} group={group} desk={desk} />)}
        </Box>
      )}
      <p className={classes["promise"]}><Icon name="shield" size={16} />Every machine-written line rests on words that were said.</p>
    </div>
  );
}
