import {existsSync, writeFileSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {type Browser, chromium, type Page} from 'playwright-core';
import {afterAll, expect, onTestFinished, type TestContext, test} from 'vitest';
import type {Run, TaskRecord} from '../src/record/run.ts';
import {needs} from './rig/needs.ts';
import {Rig} from './rig/rig.ts';
import {largeRun} from './support/large-run.ts';

let browser: Promise<Browser> | undefined;
afterAll(async () => (await browser)?.close());

interface Shown {
  readonly page: Page;
  /** What the page asked for beyond itself. */
  readonly requests: readonly string[];
  /** What went wrong in it, or was forbidden by its own policy. */
  readonly errors: readonly string[];
}

function onPath(name: string): string {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`there is no ${name} on PATH`);
  return found;
}

/** Opens a file in Debian's Chromium, from disk. */
async function show(context: TestContext, path: string): Promise<Shown> {
  needs(context, 'Chromium');
  // root has no sandbox
  browser ??= chromium.launch({executablePath: onPath('chromium'), args: ['--no-sandbox']});
  const page = await (await browser).newPage({viewport: {width: 1280, height: 900}, colorScheme: 'light'});
  onTestFinished(() => page.close());
  const [requests, errors]: [string[], string[]] = [[], []];
  page.on('request', (request) => void requests.push(request.url()));
  page.on('console', (message) => void errors.push(message.text()));
  page.on('pageerror', (error) => void errors.push(String(error)));
  await page.goto(`file://${path}`);
  await page.locator('canvas[data-drawn]').waitFor();
  return {page, requests: requests.slice(1), errors};
}

/** A run of two tasks, one of which says things that would be markup, as a page. */
async function smallReport(): Promise<Rig> {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.build]
      command = "sh noise.sh"
      inputs = ["noise.sh"]
      outputs = []
      cache = true
      [lifecycle.test]
      command = "sh fail.sh"
      depends_on = ["build"]
    `,
    'noise.sh': `printf 'compiled <b>everything</b> </script><!-- \\033[31mred\\033[0m\\n'`,
    'fail.sh': 'echo 1 of 3 failed; exit 3',
  });
  expect((await rig.run(['run', 'test'])).code).toBe(1);
  const {stderr, code} = await rig.run(['report', '--format', 'html', '--out', 'report.html']);
  expect({stderr, code}).toEqual({stderr: 'report.html written.\n', code: 0});
  return rig;
}

/** The page of a run that did not happen. */
async function reportOfFile(run: Run): Promise<string> {
  const rig = await Rig.make({'make.toml': ''});
  writeFileSync(rig.path('run.json'), JSON.stringify(run));
  const {code, stderr} = await rig.run(['report', './run.json', '--format', 'html', '--out', 'report.html']);
  expect(code, stderr).toBe(0);
  return rig.path('report.html');
}

/** From and to, ms. */
async function range(page: Page): Promise<readonly [number, number]> {
  const output = page.locator('.range');
  return [Number(await output.getAttribute('data-from')), Number(await output.getAttribute('data-to'))];
}

/** Which colours of the page are in the picture of the timeline, by their names in the style sheet. */
function drawnColours(page: Page, names: readonly string[]): Promise<unknown> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('canvas');
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let at = 0; at < data.length; at += 4) seen.add((data[at] << 16) + (data[at + 1] << 8) + data[at + 2]);
    const style = getComputedStyle(document.documentElement);
    const isDrawn = (name) => seen.has(parseInt(style.getPropertyValue('--' + name).slice(1), 16));
    return ${JSON.stringify(names)}.filter(isDrawn);
  })()`);
}

const taskButton = (page: Page, name: RegExp) => page.locator('.frame').getByRole('button', {name});
const panel = (page: Page) => page.getByRole('complementary');

test('a report opens from disk, asks for nothing, and shows a task with its output as text', async (context) => {
  const rig = await smallReport();
  const {page, requests, errors} = await show(context, rig.path('report.html'));
  expect(await page.title()).toBe('paceline run test: failed');
  const colours = ['execute', 'critical', 'bad'];
  expect(await drawnColours(page, [...colours, 'restore', 'retry'])).toEqual(colours);
  await taskButton(page, /^build, passed/).click();
  expect(await panel(page).getByRole('region', {name: 'Output of build'}).textContent()).toContain(
    'compiled <b>everything</b> </script><!-- red',
  );
  await taskButton(page, /^test, failed/).click();
  const text = await panel(page).textContent();
  expect(text).toContain('1 of 3 failed');
  expect(text).toContain('exit code 3');
  expect(text).toContain('sh fail.sh');
  expect(await page.locator('.panel b').count()).toBe(0);
  await panel(page).getByRole('button', {name: 'Close'}).click();
  expect(await panel(page).count()).toBe(0);
  expect(await page.getByRole('heading', {level: 2}).allInnerTexts()).toEqual(
    expect.arrayContaining(['Timeline', 'Where the time went', 'Findings', 'Tasks', 'paceline itself']),
  );
  expect({requests, errors}).toEqual({requests: [], errors: []});
  // were there a hole, what came through it could not run
  await page.evaluate(
    "document.body.append(Object.assign(document.createElement('script'), {text: 'var foreign = 1'}))",
  );
  expect(await page.evaluate('typeof foreign')).toBe('undefined');
  expect(errors.join()).toContain('Content Security Policy');
});

test('the timeline by keys: zoom, pan, the whole run, from task to task, open and close', async (context) => {
  const rig = await smallReport();
  const {page, errors} = await show(context, rig.path('report.html'));
  const whole = await range(page);
  await taskButton(page, /^build/).focus();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  const closer = await range(page);
  expect(closer[1] - closer[0]).toBeCloseTo((whole[1] - whole[0]) / 2.25, 3);
  await page.keyboard.press('ArrowLeft');
  const earlier = await range(page);
  expect(earlier[0]).toBeLessThan(closer[0]);
  expect(earlier[1] - earlier[0]).toBeCloseTo(closer[1] - closer[0], 3);
  await page.keyboard.press('ArrowRight');
  expect((await range(page))[0]).toBeCloseTo(closer[0], 3);
  await page.keyboard.press('-');
  expect((await range(page))[0]).toBeLessThan(closer[0]);
  await page.keyboard.press('0');
  expect(await range(page)).toEqual(whole);
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => page.evaluate('document.activeElement.dataset.task')).toBe('test');
  await page.keyboard.press('Enter');
  const title = panel(page).getByRole('heading', {level: 2});
  expect(await title.textContent()).toBe('test');
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('panel-title');
  await page.keyboard.press('Escape');
  expect(await panel(page).count()).toBe(0);
  await expect.poll(() => page.evaluate('document.activeElement.dataset.task')).toBe('test');
  expect(errors).toEqual([]);
});

test('light and dark: as the system has it, until somebody chooses', async (context) => {
  const rig = await smallReport();
  const {page, errors} = await show(context, rig.path('report.html'));
  const ground = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const light = await ground();
  await page.emulateMedia({colorScheme: 'dark'});
  await expect.poll(ground).not.toBe(light);
  await page.getByRole('button', {name: 'Use the light theme'}).click();
  await expect.poll(ground).toBe(light);
  await page.getByRole('button', {name: 'Use the dark theme'}).click();
  await expect.poll(ground).not.toBe(light);
  expect(errors).toEqual([]);
});

test('why a task ran, what changed, and what was before', async (context) => {
  const rig = await smallReport();
  rig.write({'noise.sh': 'echo quieter'});
  await rig.run(['run', 'test']);
  await rig.run(['run', 'build']);
  const report = async (...words: readonly string[]): Promise<Page> => {
    await rig.run(['report', ...words, '--format', 'html', '--out', 'report.html']);
    const {page, errors} = await show(context, rig.path('report.html'));
    await taskButton(page, /^build/).click();
    expect(errors).toEqual([]);
    return page;
  };
  const changed = await report('last~1', '--against', 'last~2');
  expect(await panel(changed).textContent()).toMatch(/It was executed because noise\.sh.*What had changed.*noise\.sh/);
  expect(await panel(changed).getByRole('img').getAttribute('aria-label')).toMatch(/^2 executions/);
  expect(await changed.locator('#comparison').textContent()).toContain('1 run before, 1 run after');
  const hit = await report();
  expect(await panel(hit).textContent()).toContain('Nothing that it depends on had changed');
  expect(await hit.locator('#comparison').count()).toBe(0);
});

test('every button, table and figure has a name', async (context) => {
  const rig = await smallReport();
  const {page} = await show(context, rig.path('report.html'));
  await taskButton(page, /^test/).click();
  for (const role of ['button', 'table', 'img', 'complementary', 'searchbox'] as const)
    expect(await page.getByRole(role).count(), role).toBe(await page.getByRole(role, {name: /\S/}).count());
});

test('what was not measured is unknown; what cannot be is marked; what never ran has no time', async (context) => {
  const run = largeRun(12, 2);
  const [first, second, third, ...others] = run.tasks as [TaskRecord, TaskRecord, TaskRecord, ...TaskRecord[]];
  const {start: _, times: __, ...blocked} = {...third, status: 'blocked', attempts: 0, reason: 'x failed'} as const;
  const file = await reportOfFile({
    ...run,
    tasks: [
      {...first, status: 'passed', attempts: 1},
      {...second, status: 'passed', attempts: 1, finish: (second.start ?? 0) - 5},
      blocked,
      ...others,
    ],
    spans: run.spans.filter(({task}) => task !== third.task),
  });
  const {page, errors} = await show(context, file);
  const open = async (task: string): Promise<string | null> => {
    await page.locator('#tasks').getByRole('button', {name: task, exact: true}).click();
    return await panel(page).textContent();
  };
  expect(await drawnColours(page, ['bad', 'restore'])).toEqual(['bad', 'restore']);
  expect(await open(first.task)).toMatch(/Processor time\s*unknown/);
  expect(await open(second.task)).toMatch(/Took\s*unknown/);
  expect(await open(third.task)).toMatch(/Took\s*did not run/);
  expect(await panel(page).textContent()).toContain('x failed');
  expect(await page.locator('#reliability').textContent()).toContain(second.task);
  expect(await page.getByRole('list', {name: 'Legend'}).textContent()).toMatch(/impossible times.*did not run/);
  expect(errors).toEqual([]);
});

test('5,000 tasks: opens, zooms and pans; only what can be seen is drawn', async (context) => {
  const file = await reportOfFile(largeRun(5000, 8));
  const {page, requests, errors} = await show(context, file);
  const drawn = async (): Promise<number> => Number(await page.locator('canvas').getAttribute('data-drawn'));
  const whole = await drawn();
  expect(whole).toBeGreaterThan(1000);
  expect(whole).toBeLessThan(8 * 1280);
  expect(await page.locator('.task-button').count()).toBeLessThanOrEqual(151);
  const frame = page.locator('.frame');
  await frame.hover({position: {x: 600, y: 150}});
  for (let turn = 0; turn < 10; turn++) await page.mouse.wheel(0, -120);
  await expect.poll(drawn).toBeLessThan(whole / 5);
  const [from, to] = await range(page);
  const {x, y} = (await frame.boundingBox())!;
  await page.mouse.down();
  await page.mouse.move(x + 400, y + 150, {steps: 10});
  await page.mouse.up();
  await expect.poll(async () => (await range(page))[0]).toBeGreaterThan(from);
  const [later, end] = await range(page);
  expect(end - later).toBeCloseTo(to - from, 3);
  // a drag opens nothing
  expect(await panel(page).count()).toBe(0);
  expect(await page.locator('#tasks tbody tr').count()).toBe(25);
  await page.getByRole('searchbox').fill('package-499#phase-9');
  await page.locator('#tasks').getByRole('button', {name: 'package-499#phase-9'}).click();
  await expect.poll(() => taskButton(page, /^package-499#phase-9,/).count()).toBe(1);
  expect({requests, errors}).toEqual({requests: [], errors: []});
});
