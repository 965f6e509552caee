/** Where the page has a colour: in CSS as `var(--name)`, and on canvases. Parts of tasks bear text in `ink`. */
const LIGHT = {
  ground: '#f6f7f9',
  surface: '#ffffff',
  raised: '#eef1f5',
  line: '#dde2e9',
  ink: '#1b2430',
  dim: '#5a6675',
  accent: '#1f66b0',
  execute: '#8fb8e3',
  hook: '#b9c6d6',
  lookup: '#86cabb',
  restore: '#b3a8e2',
  lease: '#d9a7cf',
  store: '#e3c27c',
  retry: '#eeb0a8',
  rest: '#d5dce5',
  wait: '#b7791f',
  self: '#b4bcc8',
  critical: '#c8430d',
  bad: '#c0272d',
  good: '#22784a',
  shadow: 'rgb(20 30 45 / 0.14)',
} as const;

export type Palette = Readonly<Record<keyof typeof LIGHT, string>>;
export type Theme = 'light' | 'dark';

const DARK: Palette = {
  ground: '#11151b',
  surface: '#191f28',
  raised: '#222a35',
  line: '#2e3846',
  ink: '#e6ebf2',
  dim: '#98a5b5',
  accent: '#74b1ef',
  execute: '#2f6298',
  hook: '#4a5a6d',
  lookup: '#2a776a',
  restore: '#6557ab',
  lease: '#84497a',
  store: '#856620',
  retry: '#8a4740',
  rest: '#364253',
  wait: '#d9a441',
  self: '#556172',
  critical: '#ff8a50',
  bad: '#ff7070',
  good: '#5fc98f',
  shadow: 'rgb(0 0 0 / 0.5)',
};

export const PALETTES: Readonly<Record<Theme, Palette>> = {light: LIGHT, dark: DARK};

/** Gives the document its colours. */
export function paint(root: HTMLElement, theme: Theme): void {
  root.dataset.theme = theme;
  root.style.colorScheme = theme;
  for (const [name, colour] of Object.entries(PALETTES[theme])) root.style.setProperty(`--${name}`, colour);
}
