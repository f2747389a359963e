// What waits keeps up by itself, the focus is where the work goes on, and a small screen is enough.
import { expect, hydrated, person, test } from '../support/test';

const LIVE = 'html[data-live]';
const REPORTS = '.rail [data-count="harbour reports"]';
const WRITTEN = '[data-since] .note';

test('a colleague closes a case: numbers and a quiet mark, and no line moves', async ({ as }) => {
  const owner = await as('owner');
  await owner.goto('/i/harbour/reports?category=spam');
  await owner.waitForSelector(LIVE);
  await expect(owner.getByText('As of')).toBeHidden();
  const rows = owner.locator('table.list tbody tr a');
  const before = { rows: await rows.allInnerTexts(), waiting: Number(await owner.locator(REPORTS).innerText()) };
  const top = (await rows.last().boundingBox())?.y;

  const moderator = await as('moderator');
  await moderator.goto('/i/harbour/reports?category=spam');
  await moderator.locator('table.list tbody tr a').nth(3).click();
  const second = await owner.context().newPage();
  await second.goto(moderator.url());
  await second.waitForSelector(LIVE);
  await moderator.locator('.decide a[href*="decide=resolve"]').click();
  await moderator.locator('#decide form button').click();
  await expect(moderator.getByRole('status').first()).toContainText('Resolved');

  await expect(owner.locator(WRITTEN)).toContainText('1 gone');
  await expect(owner.locator(REPORTS)).toHaveText(String(before.waiting - 1));
  expect(await rows.allInnerTexts()).toEqual(before.rows);
  expect((await rows.last().boundingBox())?.y).toBe(top);
  await expect(second.locator(WRITTEN)).toContainText(`Resolved by ${person('moderator').name}`);
  await owner.locator(WRITTEN).getByRole('link').click();
  await expect(rows).toHaveCount(before.rows.length - 1);
});

test('six pages of one browser share a stream, and another takes over when it closes', async ({ as }) => {
  const first = await as('owner');
  await first.goto('/audit');
  await first.waitForSelector(LIVE);
  const streams: string[] = [];
  const pages = [first];
  for (const path of ['/i/harbour', '/i/harbour/reports', '/i/harbour/signups', '/i/harbour/accounts', '/people']) {
    const page = await first.context().newPage();
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/live') streams.push(path);
    });
    await page.goto(path);
    await page.waitForSelector(LIVE);
    pages.push(page);
  }
  expect(streams, 'the first page has the stream, and tells the others').toEqual([]);
  // A browser has six connections to a server of HTTP/1.1: none of these waits for one.
  for (const page of pages.slice(1)) await page.reload();
  for (const page of pages.slice(1)) await page.waitForSelector(LIVE);
  expect(streams).toEqual([]);
  await first.close();
  await expect.poll(() => streams.length, { message: 'one of the others has it now' }).toBe(1);
});

test('nobody hears of anything whose session has ended', async ({ as }) => {
  const page = await as('auditor');
  await page.goto('/i/harbour/reports');
  await page.waitForSelector(LIVE);
  await page.locator('summary', { hasText: 'Your menu' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByLabel('Password')).toBeVisible();
  await expect(page.locator(LIVE)).toHaveCount(0);
});

test('the focus is where the work goes on', async ({ as }) => {
  const page = await as('moderator');
  await page.goto('/i/harbour/reports?category=other');
  await hydrated(page);
  await expect(page.locator('h1')).toBeFocused();
  await page.locator('table.list tbody tr a').nth(3).click();
  await hydrated(page);
  await expect(page.locator('h1')).toBeFocused();
  await page.keyboard.press('w');
  await expect(page.locator('#decide [name=why]')).toBeFocused();
  await page.keyboard.type('because');
  await expect(page.locator('#decide [name=why]')).toHaveValue('because');
  await page.keyboard.press('Enter');
  const words = page.locator('#decide [name=text]');
  await expect(words).toBeFocused();
  await expect(words).toHaveAttribute('aria-invalid', 'true');
  expect(await page.locator(`#${await words.getAttribute('aria-describedby')}`).innerText()).toContain('A warning needs a message');
});

test('letters can be switched off, and on again', async ({ as }) => {
  const page = await as('moderator');
  const letters = async (on: boolean) => {
    await page.goto('/your-sign-in');
    await page.locator('#you [name=letters]').setChecked(on);
    await page.locator('#you').getByRole('button', { name: 'Save' }).click();
    await expect(page.locator('#you [name=letters]')).toBeChecked({ checked: on });
    await page.goto('/i/harbour/reports');
    await hydrated(page);
    await page.keyboard.press('j');
  };
  await letters(false);
  await expect(page.locator('.key:visible')).toHaveCount(0);
  await expect(page.locator('tr.at')).toHaveCount(0);
  await letters(true);
  await expect(page.locator('tr.at')).toHaveCount(1);
});

test('times are told in the zone of the browser, or in the one that somebody named', async ({ as }) => {
  const page = await as('auditor');
  const zone = async (name: string) => {
    await page.goto('/your-sign-in');
    await page.locator('#you [name=zone]').fill(name);
    await page.locator('#you').getByRole('button', { name: 'Save' }).click();
  };
  const hover = () => page.locator('#sessions time').first().getAttribute('title');
  await page.goto('/your-sign-in');
  await hydrated(page);
  await expect.poll(hover).toMatch(/^\w{3},? \d+ \w+ \d{4}.* · \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  await zone('Asia/Kathmandu');
  await hydrated(page);
  expect(await hover()).toMatch(/\+0545 · \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  await zone('Nowhere/Land');
  await expect(page.getByRole('alert')).toContainText('There is no time zone “Nowhere/Land”');
  await expect(page.locator('#you [name=zone]')).toHaveValue('Nowhere/Land');
  await zone('');
});

test('a small screen: the decision bar leaves room, a row opens wherever it is touched', async ({ as }) => {
  const page = await as('moderator', { width: 360 });
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto('/i/harbour/reports');
  const tick = await page.locator('table.list input[type=checkbox]').first().boundingBox();
  expect(Math.min(tick?.width ?? 0, tick?.height ?? 0)).toBeGreaterThanOrEqual(24);
  await page.locator('table.list input[type=checkbox]').first().check();
  const row = page.locator('table.list tbody tr').nth(2);
  const box = await row.boundingBox();
  if (!box) throw new Error('no row');
  await page.mouse.click(box.x + box.width - 6, box.y + box.height - 6);
  await page.waitForURL('**/reports/*');
  const bar = page.locator('.decide');
  const height = async () => (await bar.boundingBox())?.height ?? 0;
  expect(await height()).toBeLessThanOrEqual(110);
  await expect(bar.locator(':scope > a.btn:visible')).toHaveCount(3);
  await bar.getByText('More').click();
  await expect(bar.locator('.more a').first()).toBeVisible();
  await page.setViewportSize({ width: 640, height: 400 });
  expect(await height()).toBeLessThanOrEqual(60);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(640);
});

test('what stands on a page is told in the zone of the browser, and a form is read in it', async ({ as }) => {
  const page = await as('owner', { zone: 'Asia/Kathmandu' });
  await page.goto('/audit');
  await hydrated(page);
  const clock = page.locator('time[data-at=clock]').first();
  await expect(clock).toHaveText(/^\d\d:\d\d:\d\d (GMT\+5:45|\+0545)$/);
  await expect(clock).toHaveAttribute('title', /(GMT\+5:45|\+0545) · \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  await page.locator('main .unfold > summary').first().click();
  await expect(page.getByText(/^Asia\/Kath?mandu$/)).toBeVisible();
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/zone=Asia%2FKath?mandu/);
  await expect(page.locator('tbody tr').first()).toBeVisible();
});

test('what has the focus lies under neither bar, at any width', async ({ as }) => {
  for (const width of [1280, 360]) {
    const page = await as('moderator', { width });
    await page.goto('/i/harbour/reports');
    await page.locator('table.list tbody a:has(.handle)').nth(4).click();
    await hydrated(page);
    const hidden: string[] = [];
    for (const key of ['Tab', 'Shift+Tab']) {
      for (let step = 0; step < 40; step += 1) {
        await page.keyboard.press(key);
        const covered = await page.evaluate(() => {
          const here = document.activeElement;
          const box = here?.getBoundingClientRect();
          if (!here?.closest('main') || here.closest('.decide') || !box?.width) return null;
          const met = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          return met?.closest('.decide, .top') ? here.outerHTML.slice(0, 120) : null;
        });
        if (covered) hidden.push(`${width} ${key}: ${covered}`);
      }
    }
    expect(hidden).toEqual([]);
  }
});
