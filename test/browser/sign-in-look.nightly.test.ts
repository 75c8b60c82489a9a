import { test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { look } from './admin.ts';
import { PHONE } from './look.ts';

const browser = useBrowser();
const gateway = useGateway();

const LOOKS = (['en', 'de'] as const).flatMap((locale) =>
  (['light', 'dark'] as const).flatMap((colorScheme) => [
    { name: `${locale}-phone-${colorScheme}`, options: { ...PHONE, locale, colorScheme } },
    { name: `${locale}-wide-${colorScheme}`, options: { viewport: { width: 1440, height: 900 }, locale, colorScheme } },
  ]),
);

test.each(LOOKS)('the dialog for another user’s link ($name)', async ({ name, options }) => {
  const { page } = await browser.visitor(gateway().url, options);
  await page.goto(await gateway().signInLink(`Nora Naumann (${name})`));
  await page.getByRole('log').waitFor();
  await page.goto(await gateway().signInLink('Wolfgang-Amadeus von Oppenheim'));
  await page.getByRole('dialog').waitFor();
  await look(page, `replace-${name}`);
});
