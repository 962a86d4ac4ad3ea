import { Button } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { offerLineCheck, startLineCheck } from "../../api/commands";
import { asProblem } from "../../api/http";
import { checkLine, UNTESTED, verdictOf, type LineFigures } from "../../media/line-check";
import { ownLine, rate, wayTried } from "../../ui/line-words";
import classes from "./Lobby.module.css";
import { Step } from "./Step";

type Outcome = { at: "running"; progress: number } | { at: "done"; figures: LineFigures; relay: boolean } | { at: "refused"; words: string };

/** Runs by itself when the page opens: a few seconds, about a megabyte each way on a good line, less on a weak one. */
function useLineCheck(visitId: string, found: (figures: LineFigures) => void) {
  const [outcome, setOutcome] = useState<Outcome>({ at: "running", progress: 0 });
  const [attempt, setAttempt] = useState(0);
  const tell = useRef(found);
  useEffect(() => {
    tell.current = found;
  });
  useEffect(() => {
    let stopped = false;
    const wire = { start: () => startLineCheck(visitId), offer: (sdp: string) => offerLineCheck(visitId, sdp) };
    const show = (next: Outcome) => {
      if (!stopped) setOutcome(next);
    };
    checkLine(wire, (progress) => show({ at: "running", progress }), () => stopped).then(
      ({ figures, relay }) => {
        if (!stopped) tell.current(figures);
        show({ at: "done", figures, relay });
      },
      (error: unknown) => {
        const { title, next_step: next = "" } = asProblem(error);
        if (!stopped) tell.current(UNTESTED);
        show({ at: "refused", words: `${title}. ${next}` });
      },
    );
    return () => {
      stopped = true;
    };
  }, [visitId, attempt]);
  const again = () => {
    setOutcome({ at: "running", progress: 0 });
    setAttempt((count) => count + 1);
  };
  return { outcome, again };
}

function Figures({ figures }: { figures: LineFigures }) {
  if (figures.up_kbps === null || figures.down_kbps === null) return null;
  const lost = figures.loss === null ? "" : `, ${Math.round(figures.loss * 100)} % lost`;
  const trip = figures.rtt_ms === null ? "" : `, ${figures.rtt_ms} ms there and back`;
  return <>{` At least ${rate(figures.up_kbps)} up and ${rate(figures.down_kbps)} down${lost}${trip}.`}</>;
}

export function LineStep({ visitId, found }: { visitId: string; found: (figures: LineFigures) => void }) {
  const { outcome, again } = useLineCheck(visitId, found);
  const verdict = outcome.at === "done" ? verdictOf(outcome.figures) : "unknown";
  const bar = useRef<HTMLDivElement>(null);
  const progress = outcome.at === "running" ? outcome.progress : 1;
  useEffect(() => {
    bar.current?.style.setProperty("--level", progress.toFixed(2));
  }, [progress]);
  return (
    <Step icon="signal" title="Connection" done={verdict === "good" || verdict === "fair"}>
      {outcome.at === "running" && (
        <div ref={bar} className={classes["meter"]} data-slow="true" role="progressbar" aria-label="Checking your connection"
          aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(progress * 100)} />
      )}
      <div role="status" data-testid="line-check" data-state={outcome.at} data-verdict={verdict}
        data-path={outcome.at === "done" ? outcome.figures.path : ""}>
        {outcome.at === "running" && <p className="small soft">Checking your connection to the clinic. This takes a few seconds.</p>}
        {outcome.at === "done" && (
          <>
            <p className={verdict === "weak" ? classes["warning"] : undefined}>{ownLine(outcome.figures)}</p>
            <p className="small soft">{wayTried(outcome.figures, outcome.relay)}<Figures figures={outcome.figures} /></p>
          </>
        )}
        {outcome.at === "refused" && <p className="small soft">Your connection could not be checked. {outcome.words}</p>}
      </div>
      {outcome.at !== "running" && <div><Button size="sm" variant="default" onClick={again} data-testid="line-check-again">Check again</Button></div>}
    </Step>
  );
}
