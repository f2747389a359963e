// A day: a moderator decides, an admin closes the doors, an auditor finds both.
import { expect, hydrated, test } from '../support/test';

test('a moderator decides a report, an admin closes registrations, an auditor finds both', async ({ as }) => {
  const moderator = await as('moderator');
  await moderator.getByRole('link', { name: /^Reports/ }).click();
  await expect(moderator.getByRole('heading', { name: 'Reports' })).toBeVisible();
  await moderator.getByRole('link', { name: '@quarry@night.example' }).click();
  await expect(moderator.getByText('This is my real address')).toBeVisible();
  await expect(moderator.getByText('3 reports, 1 case')).toBeVisible();
  await moderator.getByRole('link', { name: /^Suspend/ }).click();
  // An account of another server reads no message from here.
  await expect(moderator.getByLabel('Message to the user')).toHaveCount(0);
  await moderator.getByLabel(/^Internal reason/).fill('Doxxing, three reports');
  await moderator.getByRole('button', { name: 'Suspend @quarry@night.example' }).click();
  await expect(moderator.getByRole('status')).toContainText('Suspended @quarry@night.example, 3 reports. Done and verified.');
  await moderator.goto('/i/harbour/reports');
  await expect(moderator.getByRole('link', { name: '@quarry@night.example' })).toHaveCount(0);

  const admin = await as('admin', { width: 360, dark: true });
  await admin.goto('/i/harbour/registrations');
  await admin.getByRole('radio', { name: /^Closed/ }).check();
  await admin.getByLabel(/^Internal reason/).fill('Spam wave, back on Monday');
  await admin.getByLabel(/^Message to visitors/).fill('We are full. „Bis Montag“\nSecond line');
  await admin.getByRole('button', { name: 'Close registrations' }).click();
  await expect(admin.getByRole('status')).toContainText('Closed registrations. Done and verified.');
  await expect(admin.locator('h1 + .badge')).toHaveText('closed');
  const answer = await (await admin.request.get(`${process.env.PRACTICE_URL}/api/v2/instance`)).json();
  expect(answer.registrations.enabled).toBe(false);

  const auditor = await as('auditor');
  await auditor.goto('/audit');
  await expect(auditor.getByText('suspended @quarry@night.example, 3 reports').first()).toBeVisible();
  await expect(auditor.getByText('closed registrations').first()).toBeVisible();
  await auditor.getByRole('button', { name: 'Check now' }).click();
  await expect(auditor.getByRole('status')).toContainText('The audit log is intact', { timeout: 20_000 });
  await auditor.goto('/i/harbour/registrations');
  await expect(auditor.getByRole('button', { name: /registrations|approval|^Save/ })).toHaveCount(0);
});

test('the whole loop works without scripts', async ({ as }) => {
  const page = await as('moderator', { scripts: false });
  await page.goto('/i/harbour/reports?category=spam');
  const first = page.locator('table.list tbody tr a').first();
  const handle = await first.innerText();
  await first.click();
  await page.getByRole('button', { name: /^Assign to me/ }).click();
  await expect(page.getByText('assigned to you')).toBeVisible();
  await page.getByRole('link', { name: /^Mark as resolved/ }).click();
  await page.getByRole('button', { name: /^Resolve/ }).click();
  await expect(page.getByRole('status')).toContainText(`Resolved the reports about ${handle}`);
});

test('a warning without words comes back beside its field, with everything typed', async ({ as }) => {
  const page = await as('moderator', { scripts: false });
  await page.goto('/i/harbour/reports?category=other');
  await page.locator('table.list tbody tr a').nth(3).click();
  await page.getByRole('link', { name: /^Warn/ }).click();
  const reason = 'because '.repeat(50).trim();
  await page.locator('#why').fill(reason);
  await page.getByRole('button', { name: /^Warn @/ }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'A warning needs a message' })).toBeVisible();
  await expect(page.locator('#why')).toHaveValue(reason);
});

test('twenty thousand characters survive a session that is gone', async ({ as }) => {
  const page = await as('moderator', { scripts: false });
  await page.goto('/i/harbour/reports?category=other&origin=local');
  await page.locator('table.list tbody tr a').first().click();
  await page.getByRole('link', { name: /^Warn/ }).click();
  const text = 'Every word counts. '.repeat(1100).slice(0, 19_980) + '</textarea>';
  await page.getByLabel('Message to the user').fill(text);
  await page.context().clearCookies();
  await page.getByRole('button', { name: /^Warn @/ }).click();
  await expect(page.getByText('you’re not signed in')).toBeVisible();
  expect(await page.locator('textarea[name=text]').inputValue()).toBe(text);
  const { person } = await import('../support/test');
  const other = await page.context().newPage();
  await other.goto('/sign-in');
  await other.getByLabel('Name').fill(person('moderator').name);
  await other.getByLabel('Password').fill(person('moderator').password);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByRole('link', { name: /^Reports/ })).toBeVisible();
  await page.getByRole('button', { name: 'Send it again' }).click();
  await expect(page.getByRole('status')).toContainText('Warned @');
});

test('an email address is masked until revealed with a reason, once', async ({ as }) => {
  const page = await as('moderator');
  await page.goto('/i/harbour/reports');
  await page.getByRole('link', { name: '@windvane' }).click();
  expect(await page.content()).not.toContain('windvane@post.example');
  await page.getByTitle('Reveal, with a reason').first().click();
  await page.getByLabel('Internal reason').first().fill('same person as last week?');
  await page.getByRole('button', { name: 'Reveal once' }).first().click();
  await expect(page.getByText('windvane@post.example')).toBeVisible();
  await page.reload();
  await expect(page.getByText('windvane@post.example')).toHaveCount(0);
});

test('keys work on queue and case', async ({ as }) => {
  const page = await as('moderator');
  await page.goto('/i/harbour/reports');
  await hydrated(page);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(page.locator('tr.at')).toHaveCount(1);
  await page.keyboard.press('o');
  await page.waitForURL('**/reports/*');
  await hydrated(page);
  await page.keyboard.press('l');
  await expect(page.getByRole('heading', { name: /^Limit:/ })).toBeVisible();
});

test('a key presses nothing but what the page was made with', async ({ as }) => {
  const page = await as('moderator');
  await page.goto('/i/harbour/reports');
  await hydrated(page);
  // What somebody might smuggle into a page: outside the frame, inside it, and as rows of a list.
  await page.evaluate(() => {
    const form = '<form method="post" action="/api/session/end"><button data-key="j">x</button><button data-key="q">x</button><button data-key="n">x</button></form>';
    const list = '<table class="list"><tbody><tr data-row=""><td><a href="/people">x</a></td></tr></tbody></table>';
    document.body.insertAdjacentHTML('afterbegin', `<div class="frame" data-root="">${form}${list}</div>`);
    document.querySelector('main')?.insertAdjacentHTML('afterbegin', form + list);
  });
  await page.keyboard.press('q');
  await page.keyboard.press('j');
  await expect(page.locator('tr.at a').first()).toHaveAttribute('href', /\/i\/harbour\/reports\//);
  await page.keyboard.press('n');
  await page.waitForURL('**/i/harbour/reports/*');
});

test('a contractor sees their instance and acts in the grant, and not about staff', async ({ as }) => {
  const page = await as('contractor');
  await page.goto('/i/harbour/search?q=@adwoaosei');
  await expect(page.getByText('belongs to the instance’s staff')).toBeVisible();
  const refused = await page.goto('/i/harbour/registrations');
  expect(refused?.status()).toBe(403);
});

test('no private post that nobody reported, no email address in clear, nothing hostile on any page', async ({ as }) => {
  const page = await as('owner');
  let dialogs = 0;
  page.on('dialog', (dialog) => { dialogs += 1; void dialog.dismiss(); });
  await page.goto('/i/harbour/reports');
  const cases = await page.locator('table.list tbody tr a').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
  expect(cases.length).toBeGreaterThan(15);
  const desks = ['signups', 'accounts', 'registrations', 'domains', 'domains/servers', 'domains/mail', 'domains/addresses', 'audit/instance', 'reports?state=decided'];
  for (const path of ['/i/harbour', '/audit', '/people', ...desks.map((desk) => `/i/harbour/${desk}`), ...cases]) {
    const html = await (await page.request.get(path)).text();
    expect(html, path).not.toContain('for followers only, please:');
    expect(html, path).not.toMatch(/[a-z0-9_]@post\.example/);
    expect(html, path).not.toContain('<script>alert');
    expect(html, path).not.toMatch(/ style="/);
    for (const [script] of html.matchAll(/<script(?![^>]*nonce=)[^>]*>/g)) throw new Error(`${path}: ${script} without a nonce`);
  }
  const hostile = page.locator('a').filter({ hasText: 'gfish@rage.example' });
  await hostile.first().click();
  await expect(page.locator('#reports').getByText('This went on and on')).toBeVisible();
  expect(dialogs).toBe(0);
});
