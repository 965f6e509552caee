import {chromium, type Page} from 'playwright-core';
import {onTestFinished, type TestContext} from 'vitest';
import {needs} from './needs.ts';

/** A file in Debian's Chromium, opened from disk. */
export async function pageAt(context: TestContext, path: string): Promise<Page> {
  needs(context, 'Chromium');
  // root has no sandbox
  const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox']});
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`file://${path}`);
  return page;
}
