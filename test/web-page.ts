import chromium from '@sparticuz/chromium';
import puppeteer, { type Page } from 'puppeteer-core';
import { expect } from '@jest/globals';
import type { StackUnderTest } from './stack-under-test.js';

/** Looks at the web page in a real browser; nothing on it may fail. */
export async function onWebPage(stack: StackUnderTest, look: (page: Page) => Promise<void>): Promise<void> {
  const browser = await puppeteer.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args,
    headless: 'shell',
  });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('requestfailed', (request) => errors.push(request.url()));
    await page.goto(stack.api);
    await look(page);
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
  }
}
