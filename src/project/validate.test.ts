import {expect, test} from 'vitest';
import {diagnosticLine, temporaryProject} from './temporary-project.ts';
import {validateFiles} from './validate.ts';

test('files are read by themselves: what they name need not be there', () => {
  const root = temporaryProject({
    'make.toml':
      '[workspace.web]\npath = "web"\n[lifecycle.build]\ndepends_on = ["web#build", "^build"]\nworkspaces = ["web"]\n[lifecycle.test]\ncomand = "t"\nwatch = true\n[security]\na = 1\n',
    'other/custom.toml': '[tasks.a]\ncommand = "x"\n',
    'broken.toml': 'a = [1 2]\n',
    'lost.toml': '[workspace.x]\npath = "../x"\n[lifecycle.a]\ndepends_on = ["b"]\n',
    'turbo.json': {tasks: {build: {outputs: ['dist/**'], outptus: []}}},
  });
  const reports = validateFiles(
    [root, `${root}/other/custom.toml`, `${root}/broken.toml`, `${root}/lost.toml`, `${root}/none.toml`],
    root,
  );
  expect(
    reports.map(({diagnostics, ...report}) => ({...report, diagnostics: diagnostics.map(diagnosticLine)})),
  ).toMatchInlineSnapshot(`
    [
      {
        "diagnostics": [
          "warning W_UNKNOWN_KEY make.toml:7:1 "comand" is no key of [lifecycle.test]: it does nothing (Did you mean "command"?)",
          "warning W_NOT_YET make.toml:8:1 "watch" is understood, but not acted on: there is no watch mode yet",
          "warning W_CLOSED_TABLE make.toml:9:2 [security] is about something that paceline does not do: rules about what commands may do; commands run as written",
        ],
        "dialect": "lifecycle",
        "file": "make.toml",
        "keys": {
          "closed": 1,
          "honoured": 3,
          "warned": 2,
        },
        "phases": [
          "build",
          "test",
        ],
        "status": "warned",
      },
      {
        "diagnostics": [
          "warning W_UNKNOWN_KEY turbo.json:7:7 "outptus" is no key of "tasks.build": it does nothing (Did you mean "outputs"?)",
        ],
        "dialect": "turbo",
        "file": "turbo.json",
        "keys": {
          "closed": 0,
          "honoured": 1,
          "warned": 1,
        },
        "phases": [
          "build",
        ],
        "status": "warned",
      },
      {
        "diagnostics": [],
        "dialect": "cargo-make",
        "file": "other/custom.toml",
        "keys": {
          "closed": 0,
          "honoured": 1,
          "warned": 0,
        },
        "phases": [
          "a",
        ],
        "status": "loaded",
      },
      {
        "diagnostics": [
          "error E_TOML broken.toml:1:8 this is not TOML: expected a comma, or the closing bracket",
        ],
        "file": "broken.toml",
        "keys": {
          "closed": 0,
          "honoured": 0,
          "warned": 0,
        },
        "phases": [],
        "status": "refused",
      },
      {
        "diagnostics": [
          "error E_OUTSIDE_ROOT lost.toml:2:8 the workspace folder "../x" lies outside the project root (Move the project root up, or the folder into the root.)",
          "error E_UNKNOWN_PHASE lost.toml:4:15 there is no phase called "b" (Known: a.)",
        ],
        "dialect": "lifecycle",
        "file": "lost.toml",
        "keys": {
          "closed": 0,
          "honoured": 2,
          "warned": 0,
        },
        "phases": [
          "a",
        ],
        "status": "refused",
      },
      {
        "diagnostics": [
          "error E_UNREADABLE none.toml:1:1 none.toml cannot be read (ENOENT)",
        ],
        "file": "none.toml",
        "keys": {
          "closed": 0,
          "honoured": 0,
          "warned": 0,
        },
        "phases": [],
        "status": "refused",
      },
    ]
  `);
});
