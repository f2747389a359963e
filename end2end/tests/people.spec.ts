// Contractors, linked accounts, roles, invites: who may act, as whom, and for how long.
import { expect, hydrated, person, test } from '../support/test';

test('a grant is asked for by one and approved by another, and ends on the next request', async ({ as }) => {
  const owner = await as('owner');
  await owner.goto('/grants');
  await hydrated(owner);
  await expect(owner.getByRole('heading', { name: 'Pending' })).toBeVisible();
  const admin = await as('admin', { scripts: false, width: 360 });
  await admin.goto('/grants/request');
  await admin.getByLabel('Contractor').selectOption({ label: person('contractor').name });
  await admin.getByRole('checkbox', { name: 'spam' }).check();
  await admin.getByLabel(/^Agreement/).fill('Framework 7, call-off 3');
  await admin.getByLabel(/^Internal reason/).fill('A spam wave');
  await admin.getByLabel(/^Last day/).fill('2020-01-31');
  await admin.getByRole('button', { name: 'Request grant' }).click();
  // An end that is past: refused beside the field, and everything typed is kept.
  await expect(admin.getByRole('alert').first()).toBeVisible();
  await expect(admin.getByLabel(/^Agreement/)).toHaveValue('Framework 7, call-off 3');
  await admin.getByLabel(/^Last day/).fill('2099-01-31');
  await admin.getByRole('button', { name: 'Request grant' }).click();
  await expect(admin.getByRole('heading', { level: 1, name: person('contractor').name })).toBeVisible();
  await expect(admin.getByRole('button', { name: /^Approve/ })).toHaveCount(0);
  expect(await admin.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  const address = new URL(admin.url()).pathname;
  await owner.goto(address);
  await hydrated(owner);
  await owner.getByRole('button', { name: /^Approve for/ }).click();
  await expect(owner.getByText('active').first()).toBeVisible();
  await owner.getByLabel(/^Internal reason/).fill('The wave is over');
  await owner.getByRole('button', { name: /^Revoke/ }).click();
  await expect(owner.getByText('revoked').first()).toBeVisible();
});

test('a contractor sees the cases of the grant, works one, and finds it on the sheet', async ({ as }) => {
  const page = await as('contractor');
  await page.goto('/i/harbour/reports');
  await hydrated(page);
  await expect(page.getByRole('link', { name: 'Federation' })).toHaveCount(0);
  await page.locator('table.list tbody tr a').first().click();
  await page.waitForURL('**/reports/*');
  await hydrated(page);
  await page.getByRole('button', { name: /^Assign to me/ }).click();
  await page.goto('/grants');
  await page.getByRole('link', { name: /timesheet/i }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(person('contractor').name);
  await expect(page.getByText('Day by day')).toBeVisible();
});

test('an own account is linked on the consent page, acts, and is unlinked', async ({ as }) => {
  const page = await as('admin');
  await page.goto('/i/harbour/your-account');
  await hydrated(page);
  await page.getByRole('button', { name: /^Link/ }).click();
  await page.getByRole('link', { name: /and authorize/ }).click();
  await page.getByPlaceholder('username').fill('mirakost');
  await page.getByRole('button', { name: 'Authorize' }).click();
  await page.waitForURL('**/i/harbour/your-account**');
  await expect(page.locator('main').getByText('@mirakost').first()).toBeVisible();
  // What is done from here on is done as that account, and the form says so.
  await page.goto('/i/harbour/reports');
  await page.locator('table.list tbody tr a').nth(3).click();
  await page.getByRole('link', { name: /^Limit/ }).first().click();
  await expect(page.getByText('You act as @mirakost')).toBeVisible();
  await page.goto('/i/harbour/your-account');
  await page.getByRole('button', { name: 'Unlink @mirakost' }).click();
  await expect(page.getByText('not linked', { exact: true })).toBeVisible();
});

test('roles show what they allow, and a change is looked at before it is made', async ({ as }) => {
  const page = await as('owner', { dark: true });
  await page.goto('/i/harbour/roles');
  await hydrated(page);
  await page.getByRole('link', { name: 'Moderator' }).first().click();
  await expect(page.getByText('Manage Reports')).toBeVisible();
  await page.goto('/i/harbour/roles/change?who=@nobody-at-all&role=none');
  await expect(page.getByText('There is no account @nobody-at-all')).toBeVisible();
});

test('an invite is created, its link is shown, and it is deactivated, without scripts on a phone', async ({ as }) => {
  const page = await as('admin', { scripts: false, width: 360 });
  await page.goto('/i/harbour/invites?new=yes');
  await page.getByLabel(/^Internal reason/).first().fill('A researcher');
  await page.getByRole('button', { name: /^Create invite/ }).click();
  await expect(page.getByText(/\/invite\/[A-Za-z0-9]{8}/).first()).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  const address = new URL(page.url()).pathname;
  const moderator = await as('moderator');
  await moderator.goto(address);
  await expect(moderator.locator('main')).not.toContainText(/\/invite\/[A-Za-z0-9]{8}/);
  await page.locator('form').filter({ has: page.getByRole('button', { name: /^Deactivate invite/ }) }).getByLabel(/^Internal reason/).fill('Not needed');
  await page.getByRole('button', { name: /^Deactivate invite/ }).click();
  await expect(page.getByText('expired', { exact: true }).first()).toBeVisible();
});

test('one’s own sign-in is looked at and an authenticator begun, without scripts on a phone', async ({ as }) => {
  const page = await as('auditor', { scripts: false, width: 360 });
  await page.goto('/audit');
  await page.locator('summary', { hasText: 'Your menu' }).click();
  await page.getByRole('link', { name: 'Your sign-in' }).click();
  const password = page.locator('form').filter({ has: page.getByRole('button', { name: 'Change password' }) });
  await password.getByLabel('Current password').fill('not this one');
  await password.getByLabel(/^New password/).fill('a long night shift');
  await password.getByLabel('Repeat the password').fill('a long night shift');
  await password.getByRole('button').click();
  await expect(page.getByText('Wrong password.')).toBeVisible();
  await expect(password.getByLabel(/^New password/)).toHaveValue('');
  const factor = page.locator('form').filter({ has: page.getByRole('button', { name: 'Set up an authenticator' }) });
  await factor.getByLabel('Current password').fill(person('auditor').password);
  await factor.getByRole('button').click();
  await expect(page.locator('.qr svg')).toBeVisible();
  await expect(page.getByLabel('Code from the authenticator')).toBeFocused();
  await expect(page.getByText('Keep the current one')).toHaveCount(0);
  await expect(page.getByRole('link', { name: /authenticator app/ })).toHaveAttribute('href', /^otpauth:\/\/totp\/Howdah:/);
  await expect(page.getByText('this one', { exact: true })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});
