// Widths between a phone and a laptop: no page is wider than its window, and every decision can be reached.
import { expect, test } from '../support/test';
import type { Page } from '@playwright/test';

const WIDTHS = [768, 853, 1024, 1152];

const PAGES = [
  '/i/harbour', '/i/harbour/reports', '/i/harbour/reports?state=decided', '/i/harbour/accounts', '/i/harbour/signups',
  '/i/harbour/appeals', '/i/harbour/registrations', '/i/harbour/registrations/policy',
  '/i/harbour/registrations/policy?change=rules', '/i/harbour/federation', '/i/harbour/federation/servers',
  '/i/harbour/invites', '/i/harbour/roles', '/i/harbour/statistics', '/i/harbour/transparency', '/i/harbour/audit/instance',
  '/audit', '/audit/access', '/audit/timeline', '/people', '/grants', '/reviews', '/your-sign-in',
];

/** What of a bar lies outside the window, or under something else. */
async function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.decide :is(a, summary)')].filter((one) => {
    if (!one.checkVisibility()) return false;
    const box = one.getBoundingClientRect();
    const met = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return box.left < 0 || box.right > innerWidth || !met || !(one.contains(met) || met.contains(one));
  }).map((one) => one.innerText));
}

for (const width of WIDTHS) {
  test(`at ${width} px no page is wider than the window, and each decision can be reached`, async ({ as }) => {
    test.setTimeout(60_000);
    const page = await as('owner', { width });
    await page.goto('/i/harbour/reports');
    const opened = await page.locator('table.list tbody tr a').first().getAttribute('href');
    const cases = [opened!, opened!.replace('/reports/', '/accounts/').split('?')[0]];
    const wide: string[] = [];
    for (const address of [...PAGES, ...cases]) {
      await page.goto(address);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) wide.push(`${address}: ${over} px`);
    }
    expect(wide).toEqual([]);
    for (const address of cases) {
      await page.goto(address);
      expect(await page.locator('.decide a').filter({ visible: true }).count()).toBeGreaterThan(2);
      expect(await outOfReach(page)).toEqual([]);
      const more = page.locator('.decide .more > summary');
      if (await more.isVisible()) {
        await more.click();
        expect(await page.locator('.decide .more a').filter({ visible: true }).count()).toBeGreaterThan(0);
        expect(await outOfReach(page)).toEqual([]);
      }
    }
  });
}
