// Every kind of page as somebody meets it: no link that leads nowhere or to a refusal, nothing that axe finds wrong.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Role } from '../support/test';
import type { Page } from '@playwright/test';

/** A path without what tells one object from another: pages of one kind are looked at once. */
function kind({ pathname }: URL): string {
  return pathname.replace(/\/(\d+|[0-9A-Z]{26})(?=\/|$)/g, '/:id').replace(/(\/servers)\/[^/]+/, '$1/:name');
}

/** A kind of page with the names of what is asked of it: links of one such kind are followed once. */
const asked = (to: URL) => [kind(to), ...[...to.searchParams.keys()].sort()].join(' ');

/** Follows links from the first page, and gives a page of every kind and what was wrong on the way. */
async function walk(page: Page): Promise<{ pages: string[]; wrong: string[] }> {
  const pages = new Map<string, string>();
  const seen = new Set<string>();
  const wrong: string[] = [];
  const waiting = [{ to: new URL(page.url()), from: 'the beginning' }];
  for (let next = waiting.shift(); next && seen.size < 400; next = waiting.shift()) {
    const { to, from } = next;
    if (seen.has(asked(to))) continue;
    seen.add(asked(to));
    const answer = await page.request.get(to.href);
    if (answer.status() >= 400) wrong.push(`${answer.status()} ${to.href} from ${from}`);
    if (!(answer.headers()['content-type'] ?? '').startsWith('text/html') || pages.has(kind(to))) continue;
    pages.set(kind(to), to.href);
    for (const [, link] of (await answer.text()).matchAll(/<a [^>]*?href="([^"]*)"/g)) {
      const leads = new URL(link.replaceAll('&amp;', '&'), to);
      if (leads.origin === to.origin) waiting.push({ to: leads, from: to.href });
    }
  }
  return { pages: [...pages.values()], wrong };
}

async function faults(page: Page, pages: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const address of pages) {
    await page.goto(address);
    // A row is one thing to press where fingers press it.
    if ((page.viewportSize()?.width ?? 0) < 720) found.push(...await covered(page));
    const { violations } = await new AxeBuilder({ page }).analyze();
    const nodes = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${address}: ${id}: ${node.html.slice(0, 200)}`));
    found.push(...nodes);
  }
  return found;
}

/** What can be pressed in a row, and cannot, because something else lies upon it. */
async function covered(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const within = 'tr[data-row] :is(a, button, summary, select, input:not([type=hidden]))';
    return [...document.querySelectorAll<HTMLElement>(within)].slice(0, 24).filter((one) => {
      one.scrollIntoView({ block: 'center' });
      const [first] = one.getClientRects();
      if (!first || first.width === 0) return false;
      const met = document.elementFromPoint(first.x + first.width / 2, first.y + first.height / 2);
      return !met || !(one.contains(met) || met.contains(one));
    }).map((one) => `${location.pathname}: ${one.outerHTML.slice(0, 160)}`);
  });
}

const ROLES: Role[] = ['owner', 'admin', 'moderator', 'contractor', 'auditor'];

for (const role of ROLES) {
  test(`no link leads the ${role} nowhere`, async ({ as }) => {
    test.setTimeout(120_000);
    const page = await as(role);
    const { pages, wrong } = await walk(page);
    expect(wrong).toEqual([]);
    expect(pages.length).toBeGreaterThan(8);
  });
}

test('axe finds nothing wrong on any kind of page, light or dark, wide or narrow', async ({ as }) => {
  test.setTimeout(300_000);
  const wide = await as('owner');
  const { pages } = await walk(wide);
  expect(pages.length).toBeGreaterThan(25);
  expect(await faults(wide, pages)).toEqual([]);
  expect(await faults(await as('owner', { width: 360, dark: true }), pages)).toEqual([]);
});
