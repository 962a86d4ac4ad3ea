import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** Pine: the clinic's own colour. Shade 7 on white has a contrast of 7.6:1. */
const pine: MantineColorsTuple = [
  "#e9f5f2", "#d2e8e3", "#a9d2ca", "#7cb9ae", "#54a094", "#35877d", "#1f6f68", "#0f5a57", "#0d4a4e", "#0a3638",
];

const rose: MantineColorsTuple = [
  "#fdecea", "#f9d4d0", "#f0aaa4", "#e37b73", "#d3544b", "#c23a31", "#b02a22", "#98201a", "#7c1814", "#5c100d",
];

const amber: MantineColorsTuple = [
  "#fdf3e0", "#fae5bf", "#f4cd87", "#edb551", "#e0a02d", "#c07f10", "#95600a", "#7a4d07", "#5f3b05", "#442a03",
];

export const theme = createTheme({
  colors: { pine, rose, amber },
  primaryColor: "pine",
  primaryShade: 7,
  black: "#10211f",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: "ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif",
  headings: { fontWeight: "650", sizes: { h1: { fontSize: "1.75rem", lineHeight: "1.2" } } },
  components: {
    Button: { defaultProps: { size: "md" } },
    TextInput: { defaultProps: { size: "md" } },
    PasswordInput: { defaultProps: { size: "md" } },
    Textarea: { defaultProps: { size: "md" } },
    NativeSelect: { defaultProps: { size: "md" } },
    // The keyboard goes to the first item; Mantine's empty element before it is no item of a menu (ARIA).
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // The dialog is no section of the page: its <header> must not count as a second banner.
    ModalHeader: { defaultProps: { role: "none" } },
    Modal: { defaultProps: { centered: true, radius: "lg", padding: "lg", styles: { title: { fontWeight: 650, fontSize: "1.25rem", lineHeight: 1.3 } }, overlayProps: { backgroundOpacity: 0.55, color: "#0a1a1c" } } },
  },
});

/** Mantine's pale greys, darkened until they reach the contrast of WCAG 2.2 AA. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#48595a",
    "--mantine-color-placeholder": "#5d6d6f",
    "--mantine-color-default-border": "#8a9b9d",
    "--mantine-color-error": "#98201a",
  },
  dark: {},
});
