/** The administrator's page about speech: language and names to expect, the model in use, work that did not succeed. */
import { Button, NativeSelect } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";

import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { Pill } from "../../ui/Pill";
import { LoadingRows, Refused } from "../../ui/States";
import { Formulary } from "./Formulary";
import { Jobs } from "./Jobs";
import classes from "./Speech.module.css";
import { useSpeechSettings, type SpeechSettings } from "./use-speech-settings";

function Model({ settings }: { settings: SpeechSettings }) {
  const { model, english_only, notice } = settings.saved;
  return (
    <section className={`card ${classes["card"] ?? ""}`} aria-labelledby="model" data-testid="speech-model" data-model={model}>
      <h2 id="model">Model in use</h2>
      <p className="row"><strong>{model}</strong>{english_only === true && <Pill>English only</Pill>}{english_only === false && <Pill tone="pine">Many languages</Pill>}</p>
      {model === "demo" && <p className={classes["warning"]}>The demo model knows only the demo&apos;s voices and words. It is not for care.</p>}
      {notice !== null && <p className={classes["warning"]} role="alert">{notice}</p>}
      <p className="small soft">Chosen where the service is started (<code>CONSULTROOM_SPEECH_MODEL</code>); a change counts after a restart.</p>
    </section>
  );
}

function Conflict({ settings }: { settings: SpeechSettings }) {
  return (
    <section className={classes["conflict"]} role="alert" data-testid="speech-conflict">
      <Icon name="alert" size={24} />
      <div>
        <h2>These settings were changed by somebody else meanwhile</h2>
        <p>What you entered is still here. Saving yours replaces theirs.</p>
        <div className="row">
          <Button size="sm" loading={settings.busy} onClick={settings.save} data-testid="conflict-keep-mine">Save mine</Button>
          <Button size="sm" variant="default" onClick={settings.takeTheirs} data-testid="conflict-reload">Show theirs</Button>
        </div>
      </div>
    </section>
  );
}

/** Leaving with unsaved settings asks first, inside the app and at the window's edge. */
function useUnsavedGuard(dirty: boolean): void {
  useBlocker({
    shouldBlockFn: () => dirty && !window.confirm("These settings are not saved. Leave without saving?"),
    enableBeforeUnload: () => dirty,
  });
}

function Settings({ settings }: { settings: SpeechSettings }) {
  const { saved, edited, dirty } = settings;
  useUnsavedGuard(dirty);
  const languages = saved.languages.map(({ code, name }) => ({ value: code, label: name }));
  return (
    <form className={`card ${classes["card"] ?? ""}`} aria-labelledby="settings" onSubmit={(event) => {
      event.preventDefault();
      settings.save();
    }}>
      <h2 id="settings">What is spoken here</h2>
      <NativeSelect label="Language of the visits" description="Whoever speaks another one is flagged in the transcript." value={edited.language} data={languages}
        onChange={(event) => settings.change({ language: event.currentTarget.value })} data-testid="speech-language" className={classes["language"] ?? ""} />
      <h3>Formulary</h3>
      <p className="soft">Medicines that are prescribed here. The engine expects them, and a word near one of them is offered to the doctor; nothing is changed by itself.</p>
      <Formulary names={edited.formulary} most={saved.most_formulary} change={(formulary) => settings.change({ formulary })} />
      <div className={classes["save"]}>
        <Button type="submit" loading={settings.busy} disabled={!dirty || settings.conflict} data-testid="speech-save">Save</Button>
        <div role="status" data-testid="speech-status" data-version={saved.version} data-dirty={dirty}>
          {dirty ? <Pill tone="amber" dot>Unsaved changes</Pill> : <Pill tone="pine">{saved.version === 0 ? "Nobody has changed these yet" : `Version ${saved.version}`}</Pill>}
        </div>
      </div>
    </form>
  );
}

export function SpeechPage() {
  const { query, settings } = useSpeechSettings();
  return (
    <>
      <PageHead title="Speech" lead="How visits are written down in this clinic." />
      <div className={classes["columns"]}>
        <div className={classes["column"]}>
          {query.isPending && <LoadingRows rows={1} height={320} label="Loading the settings" />}
          {query.isError && settings === null && <Refused error={query.error} retry={() => void query.refetch()} />}
          {settings?.conflict === true && <Conflict settings={settings} />}
          {settings !== null && <Settings settings={settings} />}
        </div>
        <div className={classes["column"]}>
          {settings !== null && <Model settings={settings} />}
          <Jobs />
        </div>
      </div>
    </>
  );
}
