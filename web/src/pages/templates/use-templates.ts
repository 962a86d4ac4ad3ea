/** Editing the clinic's templates; what another administrator saved meanwhile is neither overwritten nor lost silently. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { saveClinicTemplates } from "../../api/commands";
import { ServiceProblem } from "../../api/http";
import { clinicTemplatesQuery } from "../../api/queries";
import { notify, notifyProblem } from "../../ui/notices";
import { editedOf, editsOf, isDirty, type Edited } from "./templates-model";

export function useTemplates() {
  const client = useQueryClient();
  const query = useQuery(clinicTemplatesQuery);
  const [held, setHeld] = useState<Edited | null>(null);
  const saved = query.data;
  const edited = held !== null && isDirty(held) ? held : saved === undefined ? null : editedOf(saved);
  const save = useMutation({
    mutationFn: ({ version, edits }: { version: number; edits: ReturnType<typeof editsOf> }) => saveClinicTemplates(version, edits),
    onSuccess: (next) => {
      client.setQueryData(clinicTemplatesQuery.queryKey, next);
      setHeld(null);
      notify("success", "The templates are saved", "Notes begun from now on are shown by them.");
    },
    onError: async (error) => {
      // The conflict shows itself as soon as the other version is here.
      if (error instanceof ServiceProblem && error.code === "note_templates_changed") await query.refetch();
      else notifyProblem(error);
    },
  });
  return {
    query, saved, edited,
    dirty: edited !== null && isDirty(edited),
    conflict: edited !== null && saved !== undefined && edited.base.version !== saved.version,
    busy: save.isPending,
    change: setHeld,
    /** Over what stands now, whatever this page began with. */
    save: () => { if (edited !== null && saved !== undefined) save.mutate({ version: saved.version, edits: editsOf(edited) }); },
    takeTheirs: () => setHeld(null),
  };
}
