// The other desks: sign-ups one by one and many, finding people, domain blocks, handing a case over.
import { expect, hydrated, person, test } from '../support/test';

test('a sign-up is let in with the keyboard, and the next one is shown', async ({ as }) => {
  const page = await as('moderator');
  await page.goto('/i/harbour/signups');
  await hydrated(page);
  await page.keyboard.press('j');
  const handle = await page.locator('tr.at b.handle').innerText();
  await page.keyboard.press('o');
  await page.waitForURL('**/signups/*');
  await hydrated(page);
  await page.keyboard.press('a');
  await expect(page.getByRole('heading', { name: `Approve ${handle}` })).toBeVisible();
  await page.getByRole('button', { name: `Approve ${handle}` }).click();
  await expect(page.getByRole('status')).toContainText(`Approved ${handle}. Done and verified.`);
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(handle);
});

test('several sign-ups are rejected at once without scripts, on a phone, with a reason', async ({ as }) => {
  const page = await as('admin', { scripts: false, width: 360 });
  await page.goto('/i/harbour/signups');
  for (const at of [0, 1, 2]) await page.locator('input[name=who]').nth(at).check();
  await page.getByRole('button', { name: /^Reject selected…/ }).click();
  await expect(page.getByText('Mastodon deletes all 3 at once')).toBeVisible();
  await page.getByRole('button', { name: 'Reject 3 sign-ups' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Enter a reason' })).toBeVisible();
  await page.getByRole('radio', { name: /spam/ }).check();
  await page.getByRole('button', { name: 'Reject 3 sign-ups' }).click();
  await expect(page.getByRole('heading', { name: 'Reject 3 sign-ups' })).toBeVisible();
  await expect(async () => {
    await page.reload();
    await expect(page.getByText('3 of 3 done')).toBeVisible();
  }).toPass({ timeout: 20_000 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

test('somebody is found by an email that stands in no address, with a reason', async ({ as }) => {
  const page = await as('moderator', { dark: true });
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  await page.getByRole('searchbox').fill('windvane@post.example');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel(/^Email or IP address/)).toHaveValue('windvane@post.example');
  await page.getByLabel('Internal reason').fill('The same ring');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('link', { name: '@windvane' })).toBeVisible();
  await expect(page.getByRole('status').first()).toContainText('Searched by email address');
  for (const address of addresses) expect(address).not.toContain('post.example');
});

test('a case is handed over with a note', async ({ as }) => {
  const page = await as('moderator', { scripts: false });
  await page.goto('/i/harbour/reports?category=violation');
  await page.locator('table.list tbody tr a').nth(2).click();
  const address = page.url();
  await page.getByRole('button', { name: /^Assign to me/ }).click();
  await page.getByText('Hand over…').click();
  await page.locator('select[name=to]').selectOption(person('admin').name);
  await page.getByLabel('Note', { exact: true }).fill('Knows both of them.');
  await page.getByRole('button', { name: 'Hand over' }).click();
  const admin = await as('admin');
  await admin.goto(address);
  await expect(admin.getByText(`${person('moderator').name}: Knows both of them.`)).toBeVisible();
  await expect(admin.getByText('assigned to you')).toBeVisible();
});

test('a digit chooses an earlier reason, before the form is there and in its empty field, and never becomes one', async ({ as }) => {
  const page = await as('moderator');
  await page.goto('/i/harbour/reports?category=spam');
  await page.locator('table.list tbody tr a').first().click();
  await page.getByRole('link', { name: /^Mark as resolved/ }).click();
  await page.locator('#why').fill('One spam wave');
  await page.getByRole('button', { name: /^Resolve/ }).click();
  await expect(page.getByRole('status').first()).toContainText('Done and verified');
  await page.goto('/i/harbour/reports?category=spam');
  await page.locator('table.list tbody tr a').first().click();
  await hydrated(page);
  await page.keyboard.press('s');
  await page.keyboard.press('1');
  await page.waitForURL(/decide=suspend/);
  await hydrated(page);
  const first = page.locator('input[type=radio][name=chosen]').first();
  await expect(first).toBeChecked();
  await expect(page.locator('#why')).toHaveValue('');
  await page.reload();
  await hydrated(page);
  await expect(page.locator('#why')).toBeFocused();
  await expect(first).not.toBeChecked();
  await page.keyboard.press('1');
  await expect(first).toBeChecked();
  await expect(page.locator('#why')).toHaveValue('');
});

test('on a phone decisions take two lines, and the strip stands where one is', async ({ as }) => {
  const page = await as('owner', { width: 360 });
  await page.goto('/i/harbour/reports');
  await page.locator('table.list tbody tr a').first().click();
  await hydrated(page);
  const bar = await page.locator('.decide').boundingBox();
  expect(bar!.height).toBeLessThanOrEqual(104);
  await page.goto('/audit');
  await hydrated(page);
  const here = await page.locator('.rail a[aria-current]').boundingBox();
  const before = await page.locator('.rail a:has(+ a[aria-current])').boundingBox();
  expect(here!.x).toBeGreaterThanOrEqual(before!.x + before!.width);
  expect(here!.x + here!.width).toBeLessThanOrEqual(360);
  const cut = () => page.evaluate(() => [...document.querySelectorAll('.rail a')].filter((link) => {
    const { left, right } = link.getBoundingClientRect();
    return left < 0 && right > 8; // its own edge is no word
  }).map((link) => link.textContent));
  for (const path of ['/i/harbour', '/i/harbour/reports', '/i/harbour/accounts', '/i/harbour/registrations', '/people', '/audit']) {
    await page.goto(path);
    await hydrated(page);
    expect(await cut(), `half a word at the beginning of the strip of ${path}`).toEqual([]);
  }
});

test('on a phone a colleague’s access is two touches away, and an email goes on at its reason', async ({ as }) => {
  const page = await as('owner', { width: 360 });
  await page.goto('/people');
  await page.locator('tr', { hasText: person('moderator').name }).getByRole('link', { name: 'Change…' }).click();
  await expect(page.getByRole('button', { name: `End access: ${person('moderator').name}` })).toBeVisible();
  await page.getByRole('searchbox').fill('nobody@nowhere.example');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Internal reason')).toBeFocused();
});

test('who decides about requests for access is told of a new one on an open page', async ({ as }) => {
  const [owner, admin] = [await as('owner'), await as('admin')];
  const waiting = owner.locator('.rail [data-count="harbour requests"]');
  await owner.waitForSelector('html[data-live]');
  const before = Number(await waiting.innerText());
  await admin.goto('/i/harbour/access-requests');
  await admin.getByLabel('Name', { exact: true }).fill('Zora Quillfeather');
  await admin.getByLabel('Reasons for joining').fill('We mend lanterns.');
  await admin.getByRole('button', { name: 'Add request' }).click();
  await expect(admin.getByRole('status').first()).toContainText('Done and verified');
  await expect(waiting).toHaveText(String(before + 1));
  await owner.reload();
  await owner.locator('.tile', { hasText: 'Access requests' }).click();
  await expect(owner.getByRole('link', { name: 'Zora Quillfeather' })).toBeVisible();
});

test('a review of rights begins with its heading, and not with the signature', async ({ as }) => {
  const page = await as('auditor');
  await page.goto('/audit/access');
  await hydrated(page);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
});
