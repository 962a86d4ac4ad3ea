/** Background work that did not succeed: what it was, why, and another try. Ids and codes, no word about a person. */
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { retryJob } from "../../api/commands";
import { clinicJobsQuery } from "../../api/queries";
import type { ClinicJob } from "../../api/types";
import { notify, notifyProblem } from "../../ui/notices";
import { Pill } from "../../ui/Pill";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { dateAndTime } from "../../ui/time";
import { problemWords } from "../../ui/transcript/tell";
import classes from "./Speech.module.css";

const RENEW_MS = 10_000;

const TASKS: Readonly<Record<string, string>> = {
  transcribe_utterance: "Writing down what was said",
  complete_transcript: "Completing a transcript",
  final_pass: "Hearing a visit a second time",
  draft_note: "Drafting a note",
  compose_visit: "Making a video file",
  clear_compositions: "Removing old video files",
};

function Job({ job }: { job: ClinicJob }) {
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () => retryJob(job.id),
    onSuccess: () => notify("info", "Trying again", "The list shows it again if it does not succeed."),
    onError: notifyProblem,
    onSettled: () => client.invalidateQueries({ queryKey: clinicJobsQuery.queryKey }),
  });
  const what = TASKS[job.task] ?? job.task.replaceAll("_", " ");
  return (
    <li className={classes["job"]} data-testid="job" data-job={job.id} data-state={job.state} data-code={job.code}>
      <div className={classes["grow"]}>
        <p className="row"><strong>{what}</strong>{job.state === "given_up" ? <Pill tone="rose">Given up</Pill> : <Pill tone="amber">Will be tried again</Pill>}</p>
        <p>{job.code === null ? "Why is not known; the log of that time tells." : problemWords(job.code, "It met an error.")}</p>
        <p className="small soft">
          {job.attempts} {job.attempts === 1 ? "attempt" : "attempts"}
          {job.since !== null && <>, last on {dateAndTime(job.since)}</>}
          {job.code !== null && <> · <code>{job.code}</code></>}
          {job.subject !== null && <> · {job.subject} <code>{job.subject_id}</code></>}
        </p>
      </div>
      <Button size="sm" variant="default" loading={retry.isPending} onClick={() => retry.mutate()} aria-label={`Try again: ${what}`} data-testid="job-retry">Try again</Button>
    </li>
  );
}

export function Jobs() {
  const jobs = useQuery({ ...clinicJobsQuery, refetchInterval: RENEW_MS });
  return (
    <section className={`card ${classes["card"] ?? ""}`} aria-labelledby="jobs">
      <h2 id="jobs">Work that did not succeed</h2>
      {jobs.isPending && <LoadingRows rows={2} label="Loading the jobs" />}
      {jobs.isError && jobs.data === undefined && <Refused error={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.data?.length === 0 && <Empty icon="check" title="Nothing waits">Everything that was to be done in the background has been done.</Empty>}
      {jobs.data !== undefined && jobs.data.length > 0 && <ul className={classes["jobs"]}>{jobs.data.map((job) => <Job key={job.id} job={job} />)}</ul>}
    </section>
  );
}
