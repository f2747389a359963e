// What every spec stands on: somebody signed in, and a page that fails the test on any error it prints.
import { test as base, expect, type Browser, type Page } from '@playwright/test';

export type Role = 'owner' | 'admin' | 'moderator' | 'contractor' | 'auditor';

export function person(role: Role): { name: string; password: string } {
  const [name, password] = (process.env[`HOWDAH_${role.toUpperCase()}`] ?? '').split('\n');
  return { name, password };
}

/** Collects console errors, page errors and policy violations; they fail the test at its end. */
export function watch(page: Page, troubles: string[]): void {
  page.on('pageerror', (error) => troubles.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    // The browser itself prints a line for a page that answers 4xx or 5xx on purpose.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      troubles.push(`console: ${message.text()}`);
    }
  });
}

/** Keeps what is on the screen for the guides, where a folder for that is named (HOWDAH_PICTURES). */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.HOWDAH_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

export async function signIn(page: Page, role: Role): Promise<void> {
  const { name, password } = person(role);
  await page.goto('/sign-in');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/i/harbour');
}

/** From here on scripts are listening. */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForSelector('html[data-hydrated]');
}

type Options = { scripts?: boolean; width?: number; dark?: boolean; zone?: string };
type Fixtures = {
  /** Somebody of the demonstration, signed in. */
  as: (role: Role, options?: Options) => Promise<Page>;
  /** A browser of somebody who is not. */
  stranger: (options?: Options) => Promise<Page>;
};

export const test = base.extend<Fixtures>({
  stranger: async ({ browser }: { browser: Browser }, use) => {
    const troubles: string[] = [];
    const contexts: { close(): Promise<void> }[] = [];
    await use(async (options = {}) => {
      const context = await browser.newContext({
        baseURL: process.env.HOWDAH_URL,
        javaScriptEnabled: options.scripts ?? true,
        viewport: { width: options.width ?? 1280, height: 800 },
        colorScheme: options.dark ? 'dark' : 'light',
        timezoneId: options.zone,
      });
      contexts.push(context);
      const page = await context.newPage();
      watch(page, troubles);
      return page;
    });
    for (const context of contexts) await context.close();
    expect(troubles, 'errors printed by pages').toEqual([]);
  },
  as: async ({ stranger }, use) => {
    await use(async (role, options) => {
      const page = await stranger(options);
      await signIn(page, role);
      return page;
    });
  },
});

export { expect };
