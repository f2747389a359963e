// A contractor's first day, from the link to the sheet of work; its pictures are those of docs/people.md.
import { expect, hydrated, picture, test } from '../support/test';

test('a contractor is hired, works, is paid by the sheet, and is released', async ({ as, stranger }) => {
  const owner = await as('owner');
  await owner.goto('/people');
  await hydrated(owner);
  const offer = owner.locator('form[action="/api/people/offer"]');
  await offer.getByLabel('Name').fill('Sam Okoro');
  await offer.getByLabel('Role').selectOption('contractor');
  await offer.getByLabel(/^Internal reason/).fill('Spring contract');
  await owner.getByRole('button', { name: 'Create link' }).click();
  const link = await owner.locator('code.hash').innerText();

  const sam = await stranger();
  await sam.goto(link);
  await sam.getByLabel('Name').fill('Sam Okoro');
  await sam.getByLabel(/^Password/).fill('tidal-morning-55555');
  await sam.getByLabel('Repeat the password').fill('tidal-morning-55555');
  await sam.getByRole('button', { name: 'Set up' }).click();
  await sam.waitForURL((address) => address.pathname === '/sign-in');
  await sam.getByLabel('Name').fill('Sam Okoro');
  await sam.getByLabel('Password').fill('tidal-morning-55555');
  await sam.getByRole('button', { name: 'Sign in' }).click();
  await sam.waitForURL((address) => address.pathname !== '/sign-in');
  await sam.goto('/grants');
  await expect(sam.getByRole('heading', { level: 1, name: 'Your grants' })).toBeVisible();
  // Nothing is open yet, and the address says nothing of what there is.
  const before = await sam.goto('/i/harbour/reports');
  expect(before?.status()).toBe(403);
  await expect(sam.getByText('You have no active grant.')).toBeVisible();

  const admin = await as('admin');
  await admin.goto('/grants/request');
  await admin.getByLabel('Contractor').selectOption({ label: 'Sam Okoro' });
  await admin.getByRole('checkbox', { name: 'legal' }).uncheck();
  await admin.getByRole('checkbox', { name: 'decide sign-ups' }).check();
  await admin.getByLabel(/^Last day/).fill('2099-03-31');
  await admin.getByLabel(/^Agreement/).fill('HM-2026-11, call-off 2');
  await admin.getByLabel(/^Internal reason/).fill('Sign-ups and spam while half the team is away');
  await picture(admin, 'contractor-1-asked');
  await admin.getByRole('button', { name: 'Request grant' }).click();
  await expect(admin.getByRole('heading', { level: 1, name: 'Sam Okoro' })).toBeVisible();
  const grant = new URL(admin.url()).pathname;

  await owner.goto(grant);
  await picture(owner, 'contractor-2-approved');
  await owner.getByRole('button', { name: /^Approve for/ }).click();
  await expect(owner.getByText('active').first()).toBeVisible();

  await sam.goto('/i/harbour/reports');
  await hydrated(sam);
  // A case with nothing but a legal report is not Sam's to see.
  await expect(sam.getByRole('link', { name: '@seawall' })).toHaveCount(0);
  await picture(sam, 'contractor-3-queue');
  await sam.goto('/i/harbour/reports?category=spam');
  await sam.locator('table.list tbody tr a').first().click();
  await sam.waitForURL('**/reports/*');
  await hydrated(sam);
  await picture(sam, 'contractor-4-case');
  await sam.getByRole('link', { name: /^Limit/ }).first().click();
  await sam.getByLabel(/^Internal reason/).first().fill('The same link eight times in an hour');
  await sam.getByRole('button', { name: /^Limit @/ }).click();
  await expect(sam.getByRole('status')).toContainText('Done and verified.');
  await sam.goto('/i/harbour/signups');
  await hydrated(sam);
  await sam.locator('table.list tbody tr a').first().click();
  await sam.waitForURL('**/signups/*');
  await hydrated(sam);
  await sam.keyboard.press('a');
  await sam.getByRole('button', { name: /^Approve @/ }).click();
  await expect(sam.getByRole('status')).toContainText('Done and verified.');

  await sam.goto('/grants');
  await sam.getByRole('link', { name: 'Your timesheet' }).click();
  await expect(sam.getByText('1 case, 1 sign-up, 0 reveals')).toBeVisible();
  await picture(sam, 'contractor-5-sheet');
  const sheet = new URL(sam.url()).pathname;
  // Whoever pays sees the same one.
  await owner.goto(sheet);
  await expect(owner.getByText('1 case, 1 sign-up, 0 reveals')).toBeVisible();

  await owner.goto(grant);
  await owner.getByLabel(/^Internal reason/).fill('The team is back');
  await owner.getByRole('button', { name: /^Revoke/ }).click();
  await expect(owner.getByText('revoked').first()).toBeVisible();
  const after = await sam.goto('/i/harbour/reports');
  expect(after?.status()).toBe(403);
  await sam.goto('/grants');
  await expect(sam.locator('.badge').getByText('revoked')).toBeVisible();
  await picture(sam, 'contractor-6-released');
});
