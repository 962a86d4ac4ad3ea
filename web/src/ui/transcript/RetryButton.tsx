import { Button } from "@mantine/core";
import { useState } from "react";

import type { Corrections } from "./use-corrections";

/** Asks for another try of everything in this transcript that could not be written down. */
export function RetryButton({ corrections }: { corrections: Corrections }) {
  const [busy, setBusy] = useState(false);
  const retry = async () => {
    setBusy(true);
    await corrections.retry();
    setBusy(false);
  };
  return <Button size="compact-sm" variant="default" loading={busy} onClick={() => void retry()} data-testid="transcript-retry">Try again</Button>;
}
