/** One video file of the visit to keep: asked for, made in the background, downloaded. */
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { removeComposition, requestComposition } from "../../api/commands";
import { ServiceProblem } from "../../api/http";
import { compositionQuery } from "../../api/queries";
import type { Composition } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { notifyProblem } from "../../ui/notices";
import { duration, fullDate } from "../../ui/time";
import classes from "./Recording.module.css";

const RENEW_MS = 1_000;

const isMade = (state: Composition["state"] | undefined) => state === "waiting" || state === "working";

/** A colleague may watch; the copy that leaves the clinic is the visit's own doctor's. */
const isRefused = (error: unknown) => error instanceof ServiceProblem && error.status === 403;

function Making({ file, stop, stopping }: { file: Composition; stop: () => void; stopping: boolean }) {
  const words = file.state === "waiting" ? "Waiting for its turn" : `Being made: ${file.progress} %`;
  return (
    <div className={classes["making"]}>
      <div className="grow">
        <p role="status" className="small" data-testid="composition-status">{words}</p>
        <progress max={100} value={file.progress} aria-label="Video file" data-testid="composition-progress" />
      </div>
      <Button variant="default" size="sm" onClick={stop} loading={stopping} data-testid="composition-cancel">Cancel</Button>
    </div>
  );
}

function Ready({ visitId, file, remove, removing }: { visitId: string; file: Composition; remove: () => void; removing: boolean }) {
  const megabytes = Math.max(0.1, (file.bytes ?? 0) / 1e6).toFixed(1);
  return (
    <>
      <p className="small soft" role="status">{duration(file.seconds ?? 0)}, {megabytes} MB.{file.kept_until !== null && ` Kept here until ${fullDate(file.kept_until)}.`}</p>
      <div className="row">
        <Button component="a" href={`/api/visits/${encodeURIComponent(visitId)}/composition/media`} download size="sm"
          leftSection={<Icon name="download" size={18} />} data-testid="composition-download">Download the video file</Button>
        <Button variant="default" size="sm" onClick={remove} loading={removing} data-testid="composition-remove">Delete it</Button>
      </div>
    </>
  );
}

function Ask({ again, make, busy }: { again: boolean; make: () => void; busy: boolean }) {
  return (
    <>
      {again && <p className="small" role="alert">The file could not be made. The recording itself is not touched.</p>}
      <p className="small soft">Everybody side by side with all voices, as MP4. It leaves the clinic&apos;s protection once you download it.</p>
      <div className="row"><Button variant="default" size="sm" onClick={make} loading={busy} data-testid="composition-make"
        leftSection={<Icon name="film" size={18} />}>{again ? "Try again" : "Make the video file"}</Button></div>
    </>
  );
}

export function VideoFile({ visitId }: { visitId: string }) {
  const client = useQueryClient();
  const query = compositionQuery(visitId);
  const file = useQuery({ ...query, refetchInterval: ({ state }) => (isMade(state.data?.state) ? RENEW_MS : false) });
  const renew = () => client.invalidateQueries({ queryKey: query.queryKey });
  const make = useMutation({ mutationFn: () => requestComposition(visitId), onSuccess: (made) => client.setQueryData(query.queryKey, made), onError: notifyProblem });
  const remove = useMutation({ mutationFn: () => removeComposition(visitId), onSettled: renew, onError: notifyProblem });
  if (isRefused(file.error)) return null;
  const made = file.data ?? null;
  const again = made?.state === "failed";
  return (
    <section className={`card ${classes["file"] ?? ""}`} aria-labelledby="video-file" data-testid="composition" data-state={made?.state ?? "none"}>
      <h2 id="video-file">One video file</h2>
      {made !== null && isMade(made.state) && <Making file={made} stop={remove.mutate} stopping={remove.isPending} />}
      {made?.state === "ready" && <Ready visitId={visitId} file={made} remove={remove.mutate} removing={remove.isPending} />}
      {(made === null || again) && <Ask again={again} make={() => make.mutate()} busy={make.isPending || file.isPending} />}
    </section>
  );
}
