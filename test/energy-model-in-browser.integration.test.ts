import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import chromium from '@sparticuz/chromium';
import puppeteer, { type Browser } from 'puppeteer-core';
import { rolldown } from 'rolldown';
import { eyeriss, NetworkPricer } from '@espalier/energy-model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

declare global {
  interface Window {
    total?: number;
  }
}

describe('the energy model as a package of its own', () => {
  let code: string;
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    const bundle = await rolldown({
      input: 'libs/energy-model/src/index.ts',
      platform: 'browser',
      // Whatever it would import from elsewhere fails the build here.
      external: [],
    });
    const { output } = await bundle.generate({ format: 'esm', minify: true, sourcemapIgnoreList: false });
    await bundle.close();
    code = output[0].code;
    server = createServer((request, response) => {
      const isCode = request.url === '/energy-model.js';
      response.setHeader('content-type', isCode ? 'text/javascript' : 'text/html');
      response.end(isCode ? code : '<!doctype html><title>energy model</title>');
    }).listen(0, '127.0.0.1');
    browser = await puppeteer.launch({
      executablePath: await chromium.executablePath(),
      args: chromium.args,
      headless: 'shell',
    });
  });

  afterAll(async () => {
    await browser.close();
    server.close();
  });

  it('is smaller than 60 kB, and imports nothing', () => {
    expect(Buffer.byteLength(code)).toBeLessThan(60_000);
    expect(code).not.toMatch(/\bfrom\s*["']|\bimport\s*\(|\brequire\s*\(/);
  });

  it('prices a layer in Chromium as in Node', async () => {
    const shape = {
      name: 'conv',
      groups: 1,
      inputChannels: 16,
      outputChannels: 32,
      inputHeight: 16,
      inputWidth: 16,
      kernelHeight: 3,
      kernelWidth: 3,
      outputHeight: 14,
      outputWidth: 14,
      stride: 1,
    };
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.addScriptTag({
      type: 'module',
      content: `import { eyeriss, NetworkPricer } from '/energy-model.js';
        window.total = new NetworkPricer([${JSON.stringify(shape)}], 4, eyeriss).dense().total;`,
    });
    await page.waitForFunction(() => window.total !== undefined);
    const total = await page.evaluate(() => window.total);
    expect(total).toBe(new NetworkPricer([shape], 4, eyeriss).dense().total);
  });
});
