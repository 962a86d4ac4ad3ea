import { describe, expect, it } from "vitest";

import type { Availability } from "../src/api/types";
import { slotCount } from "../src/pages/availability/slot-count";
import { initials } from "../src/ui/Avatar";
import { grouped, partOf, sectionTitle } from "../src/ui/sections";
import { dayKey, duration } from "../src/ui/time";

describe("sections", () => {
  it("reads in a clinician's order, whatever the order of the lines", () => {
    const groups = grouped(["plan.follow_up", "assessment", "subjective.allergies", "subjective.chief_complaint"].map((section) => ({ section })));
    expect(groups.map(({ title }) => title)).toEqual(["Subjective", "Assessment", "Plan"]);
    expect(groups[0]?.sections.map(({ title }) => title)).toEqual(["Chief complaint", "Allergies"]);
  });

  it("places bare and unknown names", () => {
    expect(partOf("vital_signs")).toBe("objective");
    expect(partOf("something_new")).toBe("subjective");
    expect(sectionTitle("plan.followup")).toBe("Follow-up");
  });
});

describe("availability", () => {
  const asked: Availability = {
    doctor_id: "d", from_date: "2026-11-23", to_date: "2026-11-29", weekdays: ["mon", "wed"], start: "09:00", end: "12:00", slot_minutes: 20, time_zone: "Europe/London",
  };
  it("counts what fits", () => {
    expect(slotCount(asked)).toBe(18);
    expect(slotCount({ ...asked, weekdays: ["sun"] })).toBe(9);
  });
  it("counts nothing for what is backwards or unfinished", () => {
    expect(slotCount({ ...asked, end: "08:00" })).toBe(0);
    expect(slotCount({ ...asked, to_date: "2026-11-20" })).toBe(0);
    expect(slotCount({ ...asked, start: "" })).toBe(0);
  });
});

describe("words", () => {
  it("says lengths, days in a zone, and initials", () => {
    expect([duration(7.9), duration(3725)]).toEqual(["0:07", "1:02:05"]);
    expect(dayKey("2026-11-20T23:30:00Z", "Europe/Berlin")).toBe("2026-11-21");
    expect([initials("Dr. Amara Osei"), initials("Robin Patel (simulated)"), initials("Madonna")]).toEqual(["AO", "RP", "M"]);
  });
});
