import { expect, it } from "vitest";

import { detailsOf } from "../src/pages/note/order-details";

it("tells lengths in words and does not repeat what was said", () => {
  const details = { medicine: "ibuprofen", said: "ibuprofen", length: "P5D", next_visit: "P1W", dose: "400 mg" };
  expect(detailsOf({ details })).toEqual([
    { name: "medicine", value: "ibuprofen" }, { name: "length", value: "5 days" }, { name: "next visit", value: "1 week" }, { name: "dose", value: "400 mg" },
  ]);
});
