// The page of a report in headless Chromium: what a reader must see, and that it works without a
// network. Makes screenshots in SHOTS, in two widths, light and dark.
//
//   PAGE=failing.html PASSING=passing.html LONG=long.html SHOTS=dir node --test report_test.mjs
//
// The pages are made by `tools/check report`.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const browserPath = process.env.CHROMIUM || '/usr/bin/chromium';
const shots = process.env.SHOTS || 'shots';
let browser;

before(async () => {
  assert.ok(existsSync(browserPath), `no Chromium at ${browserPath}: run tools/setup`);
  mkdirSync(shots, { recursive: true });
  browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
});
after(async () => { await browser?.close(); });

// Opens a page of PAGE, PASSING or LONG; anything that it asks of a network, and any error in it, fails.
async function open(name, { width = 1400, height = 1000, colorScheme = 'light' } = {}) {
  const file = process.env[name];
  assert.ok(file, `${name} must name a page`);
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, offline: true });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);  // a busy machine is no failure
  const trouble = [];
  page.on('pageerror', error => trouble.push(String(error)));
  page.on('console', message => { if (message.type() === 'error') trouble.push(message.text()); });
  page.on('request', request => {
    if (request.url() !== page.mainUrl && !request.url().startsWith('data:')) trouble.push('asks for ' + request.url());
  });
  page.mainUrl = pathToFileURL(path.resolve(file)).href;
  await page.goto(page.mainUrl);
  await page.waitForSelector('html[data-ready="yes"]');
  page.trouble = trouble;
  return page;
}
async function close(page) {
  assert.deepEqual(page.trouble, []);
  await page.context().close();
}
const texts = (page, selector) => page.locator(selector).allTextContents();
const scaleOf = page => page.locator('#lanes svg').getAttribute('data-scale').then(Number);

test('the verdict, its promise, the facts and the command are there', async () => {
  const page = await open('PAGE');
  assert.match(await page.textContent('#sentence'), /^The run fails at \d+\.\d{6} s: .+\.$/);
  assert.match(await page.textContent('#badge'), /^FAILS: [a-z-]+$/);
  assert.match(await page.textContent('#promise'), /promise that was broken/);
  assert.match(await page.textContent('#command'), /^playback (replay|report) \S+\.json/);
  const facts = (await texts(page, '#facts dt')).join();
  for (const fact of ['seed', 'fingerprint', 'trace hash', 'plan hash', 'build']) assert.ok(facts.includes(fact), fact);
  assert.match(await page.textContent('#facts'), /same trace hash with and without/);
  await close(page);
});

test('the steps are English, and the last culprit is marked', async () => {
  const page = await open('PAGE');
  const steps = await texts(page, '.step .what');
  assert.ok(steps.some(step => /^player \d+ joins/.test(step)), steps.join('\n'));
  assert.equal(await page.locator('.step .tag').count(), 1);
  assert.ok(await page.locator('.step.fault').count() > 0);
  await close(page);
});

test('each node has a lane by its name; faults are bars', async () => {
  const page = await open('PAGE');
  const names = await texts(page, '#lanes .names .name');
  for (const name of ['plan', 'backend', 'disk of backend', 'docker', 'what is known'])
    assert.ok(names.some(text => text.startsWith(name)), `${name} in ${names}`);
  assert.ok(names.some(name => name.startsWith('players-')));
  await page.click('#fit');
  assert.ok(await page.locator('#lanes .item.fault > rect').count() > 0);
  assert.ok(await page.locator('#lanes .item.message').count() > 0);
  assert.ok(await page.locator('#lanes .item.commit').count() > 0);
  await close(page);
});

test('zooming changes the scale, panning does not', async () => {
  const page = await open('PAGE');
  const before = await scaleOf(page);
  await page.click('#zoom-in');
  const near = await scaleOf(page);
  assert.ok(near < before * 0.8, `${near} ${before}`);
  const range = await page.textContent('#range');
  await page.locator('#lanes').scrollIntoViewIfNeeded();
  const box = await page.locator('#lanes svg').boundingBox();
  await page.mouse.move(box.x + 700, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 500, box.y + 60, { steps: 5 });
  await page.mouse.up();
  assert.equal(await scaleOf(page), near);
  assert.notEqual(await page.textContent('#range'), range);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -300);
  await page.keyboard.up('Control');
  await page.waitForFunction(old => Number(document.querySelector('#lanes svg').dataset.scale) < old, near);
  await page.click('#fit');
  assert.ok(await scaleOf(page) >= before);
  await close(page);
});

test('filters hide by kind, by node and by text', async () => {
  const page = await open('PAGE');
  await page.click('#fit');
  const count = kind => page.locator(`#lanes .item.${kind}:has(line, rect, path, circle)`).count();
  const messages = await count('message');
  assert.ok(messages > 3);
  await page.fill('#search', 'nothing has this text');
  assert.equal(await count('message'), 0);
  await page.fill('#search', 'interchange');
  const some = await count('message');
  assert.ok(some > 0 && some < messages, `${some} of ${messages}`);
  await page.fill('#search', '');
  await page.click('[data-chip="messages"]');
  assert.equal(await count('message'), 0);
  await page.click('[data-chip="messages"]');
  assert.equal(await count('message'), messages);
  const lanes = await page.locator('#lanes .names .name').count();
  await page.click('[data-chip="docker"]');
  assert.equal(await page.locator('#lanes .names .name').count(), lanes - 1);
  await close(page);
});

test('stepping shows what everybody knew then', async () => {
  const page = await open('PAGE');
  await page.click('#to-failure');
  const last = await page.textContent('#state');
  assert.match(last, /client/);
  const title = await page.textContent('#panel h3');
  for (let i = 0; i < 8; ++i) await page.keyboard.press('ArrowLeft');
  assert.notEqual(await page.textContent('#panel h3'), title);
  await page.locator('.step').first().click();
  const first = await page.textContent('#state');
  assert.notEqual(first, last);
  // Knowledge that changes is marked, with what it was.
  await page.click('[data-chip="knowledge"]');
  await page.click('#next');
  for (let i = 0; i < 200 && await page.locator('#state dd.new').count() === 0; ++i) await page.keyboard.press('ArrowRight');
  assert.ok(await page.locator('#state dd.new').count() > 0);
  await close(page);
});

test('the same run without the culprit stands beside it, with the first difference', async () => {
  const page = await open('PAGE');
  const titles = await texts(page, '.twin header');
  assert.equal(titles.length, 2);
  assert.match(titles[0], /This run fails/);
  assert.match(titles[1], /Without it the run passes/);
  const boxes = await Promise.all([0, 1].map(i => page.locator('.twin').nth(i).boundingBox()));
  assert.ok(Math.abs(boxes[0].y - boxes[1].y) < 2 && boxes[1].x > boxes[0].x + 100, 'side by side');
  assert.equal(await page.locator('.twin .parts-label').count(), 2);
  assert.equal(await page.locator('.parting tr.first').count(), 1);
  assert.ok(await page.locator('.parting td.only-left, .parting td.only-right').count() > 0);
  await close(page);
});

test('a page is small, holds no secret and forbids itself the network', async () => {
  for (const name of ['PAGE', 'PASSING', 'LONG']) assert.ok(statSync(process.env[name]).size < 5_000_000, name);
  const page = await open('PAGE');
  const html = await page.content();
  assert.ok(!html.includes('support-password'));
  assert.ok(html.includes('[masked]'));
  const allowed = await page.evaluate(() => fetch('https://example.com/').then(() => true, () => false));
  assert.equal(allowed, false);
  page.trouble.length = 0;  // the refused fetch
  await close(page);
});

test('a run that passes says so, and has nothing beside it', async () => {
  const page = await open('PASSING');
  assert.match(await page.textContent('#sentence'), /^The run passes: /);
  assert.equal(await page.textContent('#badge'), 'PASSES');
  assert.equal(await page.locator('#twins').isVisible(), false);
  await close(page);
});

test('a long run states the window that is shown, and draws no more than can be seen', async () => {
  const page = await open('LONG');
  assert.match(await page.textContent('#window'), /shows the window from \d+\.\d+ s to \d+\.\d+ s/);
  await page.click('#fit');
  await page.click('#zoom-in');
  // Only what falls on a pixel of its own is drawn.
  assert.ok(await page.locator('#lanes .item').count() < 6_000);
  await page.click('#to-failure');
  assert.match(await page.textContent('#state'), /client/);
  await close(page);
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1400, 800]) {
    test(`screenshots, ${width} px, ${colorScheme}`, async () => {
      for (const name of ['PAGE', 'LONG', 'PASSING']) {
        const page = await open(name, { width, colorScheme });
        // Nothing sticks out of the page.
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(over <= 0, `${name}: ${over} px too wide`);
        await page.locator('.step.fault, .step').first().click();
        await page.evaluate(() => window.scrollTo(0, 0));
        await page.screenshot({ path: path.join(shots, `${name.toLowerCase()}-${width}-${colorScheme}.png`), fullPage: true });
        await close(page);
      }
    });
  }
}
