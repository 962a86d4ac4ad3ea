import "./theme/mantine";
import "./theme/base.css";

import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { queryClient } from "./api/queries";
import { router } from "./routes";
import { cssVariables, theme } from "./theme/theme";
import { NoticeRegion } from "./ui/NoticeRegion";

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no #root element.");

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} forceColorScheme="light">
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <NoticeRegion />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
