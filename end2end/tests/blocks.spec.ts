// Federation: a domain block created, changed and undone, names that are refused, and a list imported.
import { expect, hydrated, test } from '../support/test';

test('a server is limited, the domain block is changed and undone', async ({ as }) => {
  const page = await as('admin');
  await page.goto('/i/harbour/federation');
  await hydrated(page);
  await page.getByRole('textbox', { name: 'Domain', exact: true }).fill('Rude.Example');
  await page.getByRole('button', { name: 'View server' }).click();
  await expect(page.getByRole('heading', { name: 'rude.example', exact: true })).toBeVisible();
  await page.getByLabel('Public comment').fill('Insults, again and again');
  await page.getByLabel('Internal reason').fill('Three reports this week');
  await page.getByRole('button', { name: 'Limit rude.example' }).click();
  await expect(page.getByRole('status')).toContainText('rude.example');
  await expect(page.getByRole('heading', { name: 'Domain block', exact: true }).first()).toBeVisible();
  await page.getByLabel(/^Reject media/).check();
  await page.getByLabel('Internal reason').first().fill('Pictures too');
  await page.getByRole('button', { name: /^Keep severity .* for rude.example/ }).click();
  await expect(page.getByText('Insults, again and again').first()).toBeVisible();
  await expect(page.getByLabel(/^Reject media/)).toBeChecked();
  await page.locator('form[action="/api/domains/lift"]').getByLabel('Internal reason').fill('They have new staff');
  await page.getByRole('button', { name: 'Undo domain block for rude.example' }).click();
  await expect(page.getByText('no domain block', { exact: true }).first()).toBeVisible();
});

test('our own name and an address are refused with the reason, and the words stay, without scripts on a phone', async ({ as }) => {
  const page = await as('admin', { scripts: false, width: 360, dark: true });
  for (const [name, reason] of [['192.0.2.7', /address/], ['co.uk', /suffix/]] as const) {
    await page.goto(`/i/harbour/federation/server?name=${name}`);
    await expect(page.getByRole('alert').filter({ hasText: reason })).toBeVisible();
    await expect(page.getByRole('button', { name: /^Suspend/ })).toHaveCount(0);
  }
  await page.goto('/i/harbour/federation/server?name=quiet.example');
  await page.getByLabel('Private comment').fill('Seen on a list');
  await page.getByLabel('Internal reason').fill(' ');
  await page.getByRole('button', { name: 'Limit quiet.example' }).click();
  await expect(page.getByLabel('Private comment')).toHaveValue('Seen on a list');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

test('a list with Windows line ends is read in, compared, and carried out row by row', async ({ as }) => {
  const page = await as('admin', { scripts: false });
  await page.goto('/i/harbour/federation/imports');
  const text = '\uFEFF#domain,#severity\r\nfirst.example,silence\r\nüber.example,silence\r\nnot a name,suspend\r\n';
  await page.getByLabel(/^File/).setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Preview changes' }).click();
  await expect(page.getByRole('heading', { name: 'list.csv' })).toBeVisible();
  await expect(page.getByText('xn--ber-goa.example').first()).toBeVisible();
  await page.getByLabel('Internal reason').fill('From friends');
  await page.getByRole('button', { name: 'Import selected rows' }).click();
  await expect(async () => {
    await page.reload();
    await expect(page.getByText(/^2 of 2 done/).first()).toBeVisible();
  }).toPass({ timeout: 20_000 });
});

test('Enter in the reason of a preview begins the import, as its button does', async ({ as }) => {
  const page = await as('admin');
  await page.goto('/i/harbour/federation/imports');
  const text = '#domain,#severity\nentered.example,silence\n';
  await page.getByLabel(/^File/).setInputFiles({ name: 'entered.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Preview changes' }).click();
  await hydrated(page);
  await page.getByLabel('Internal reason').fill('From friends');
  await page.getByLabel('Internal reason').press('Enter');
  await expect(page.getByRole('heading', { name: 'Progress' })).toBeVisible();
});

const PREVIEW = 'domain,severity\nkept-one.example,silence\nkept-two.example,silence\n';

test('what was ticked and typed in a preview is kept, whatever leads away from it', async ({ as }) => {
  const page = await as('admin');
  await page.goto('/i/harbour/federation/imports');
  await page.getByLabel(/^File/).setInputFiles({ name: 'ticks.csv', mimeType: 'text/csv', buffer: Buffer.from(PREVIEW) });
  await page.getByRole('button', { name: 'Preview changes' }).click();
  await expect(page.getByRole('heading', { name: 'ticks.csv' })).toBeVisible();
  const preview = page.url();
  const again = async () => {
    await page.goto(preview);
    await hydrated(page);
  };
  const tick = page.getByLabel('Select kept-one.example');
  await again();
  await expect(tick).toBeChecked();
  await expect(page.getByText('are not saved yet')).toBeHidden();
  // By a link of the rail.
  await tick.uncheck();
  await page.getByLabel(/^Internal reason/).fill('half a reason');
  await expect(page.getByText('are not saved yet')).toBeVisible();
  await page.getByRole('navigation').getByRole('link', { name: /^Reports/ }).first().click();
  await expect(page).toHaveURL(/\/reports/);
  await again();
  await expect(tick).not.toBeChecked();
  await expect(page.getByLabel(/^Internal reason/)).toHaveValue('half a reason');
  // By the form of the search, which is another one, and back by the browser's own button.
  await tick.check();
  await page.getByRole('searchbox').first().fill('wren');
  await page.getByRole('searchbox').first().press('Enter');
  await expect(page).toHaveURL(/\/search|\/accounts/);
  await page.goBack();
  await expect(tick).toBeChecked();
  // And what is kept on that page goes on from there.
  await hydrated(page);
  await page.getByLabel('Select kept-two.example').uncheck();
  await page.locator('main').getByRole('link', { name: 'Imports', exact: true }).click();
  await expect(page).toHaveURL(/\/imports$/);
  await again();
  await expect(tick).toBeChecked();
  await expect(page.getByLabel('Select kept-two.example')).not.toBeChecked();
});

test('without scripts a bar says what is not kept, and keeps it', async ({ as }) => {
  const page = await as('admin', { scripts: false, width: 360 });
  await page.goto('/i/harbour/federation/imports');
  await page.getByLabel(/^File/).setInputFiles({ name: 'bar.csv', mimeType: 'text/csv', buffer: Buffer.from(PREVIEW) });
  await page.getByRole('button', { name: 'Preview changes' }).click();
  const bar = page.locator('.unkept');
  await expect(bar).toBeHidden();
  await page.getByLabel('Select kept-one.example').uncheck();
  await expect(bar).toBeInViewport();
  await expect(bar).toContainText('are not saved yet');
  await bar.getByRole('button', { name: 'Save selection' }).click();
  await expect(bar).toBeHidden();
  await expect(page.getByLabel('Select kept-one.example')).not.toBeChecked();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});
