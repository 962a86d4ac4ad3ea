import { Button, NativeSelect, Popover } from "@mantine/core";
import { useState, useSyncExternalStore } from "react";

import { deviceName, type Kind } from "../../media/devices";
import type { LocalMedia } from "../../media/local-media";
import { RoundControl } from "./RoundControl";
import classes from "./Room.module.css";

function Chooser({ kind, local }: { kind: Kind; local: LocalMedia }) {
  const state = useSyncExternalStore(local.subscribe, local.state);
  const devices = kind === "microphone" ? state.devices.microphones : state.devices.cameras;
  const problem = state.problems[kind];
  const current = state[kind]?.getSettings().deviceId ?? "";
  return (
    <div className={classes["chooser"]}>
      <NativeSelect size="sm" label={kind === "microphone" ? "Microphone" : "Camera"} value={current} data-testid={`${kind}-select`}
        error={problem === undefined ? undefined : `${problem.title}. ${problem.help}`}
        onChange={(event) => void local.choose(kind, event.currentTarget.value)}
        data={[
          ...(current === "" ? [{ value: "", label: "None in use" }] : []),
          ...devices.map((device, at) => ({ value: device.deviceId, label: deviceName(device, at) })),
        ]} />
      <Button size="xs" variant="subtle" onClick={() => void local.choose(kind, current)} data-testid={`${kind}-restart`}>
        Restart the {kind}
      </Button>
    </div>
  );
}

export function DeviceMenu({ local }: { local: LocalMedia }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="top" width={280} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <RoundControl icon="settings" words="Devices" onClick={() => setOpen(!open)} testId="device-menu" />
      </Popover.Target>
      <Popover.Dropdown aria-label="Devices" className={classes["devices"]}>
        <div className="stack">
          <Chooser kind="microphone" local={local} />
          <Chooser kind="camera" local={local} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
