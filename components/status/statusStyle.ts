import { Html } from "./html";

/** Colours have a contrast of 4.5 at least on what lies behind them, in light and in dark. */
export const STATUS_STYLE = new Html(`
:root {
  color-scheme: light dark;
  --paper: #ffffff; --card: #f6f8fa; --ink: #1f2328; --quiet: #59636e; --line: #d1d9e0; --bar: #54aeff; --link: #0550ae;
  --in-sync: #116329; --drifted: #7d4e00; --unanswered: #a40e26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --card: #151b23; --ink: #f0f6fc; --quiet: #9198a1; --line: #3d444d; --bar: #1f6feb; --link: #79c0ff;
    --in-sync: #56d364; --drifted: #e3b341; --unanswered: #ff7b72;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
h4 { font-size: 1rem; margin: .75rem 0 0; }
p { margin: .25rem 0; }
a { color: var(--link); }
.quiet { color: var(--quiet); }
.state { font-weight: 600; white-space: nowrap; }
.inSync { color: var(--in-sync); }
.drifted { color: var(--drifted); }
.unanswered { color: var(--unanswered); }
.host { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: 1rem; }
.host h3:first-child { display: flex; flex-wrap: wrap; font-size: 1.1rem; gap: 0 1rem; margin: 0; overflow-wrap: anywhere; }
.scroll { margin-top: 1rem; overflow-x: auto; }
h2 + .scroll { margin-top: 0; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption span { display: inline-block; max-width: calc(100vw - 4.5rem); }
caption { color: var(--quiet); font-size: .9rem; padding-bottom: .25rem; text-align: start; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .75rem .35rem 0; text-align: start; vertical-align: top; }
thead th { color: var(--quiet); font-size: .85rem; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 500; }
td { white-space: nowrap; }
td.number, th.number { padding-inline-end: 1.5rem; text-align: end; }
td:has(.measure) { min-width: 10rem; width: 50%; }
.measure { align-items: center; display: flex; gap: .5rem; }
.bar { background: var(--bar); border-radius: .2rem; flex: none; height: .8rem; min-width: 2px; max-width: calc(100% - 6rem); }
@media (max-width: 40rem) {
  th, td, td.number, th.number { padding-inline-end: .5rem; }
  tbody th { min-width: 6.5rem; overflow-wrap: anywhere; }
}
dl { display: grid; gap: .1rem 1rem; grid-template-columns: max-content 1fr; margin: .5rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
ul { margin: .5rem 0; padding-inline-start: 1.25rem; }
li { overflow-wrap: anywhere; }
`);
