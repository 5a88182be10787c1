import { expect, test } from '@playwright/test'

test('a key is shown once, works with its scope only, and ends when it is revoked', async ({
  page,
  playwright,
  baseURL,
}) => {
  const name = `Reader ${Date.now()}`
  await page.goto('/settings/keys')
  await page.getByRole('button', { name: 'New key' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
  await dialog.getByRole('checkbox', { name: /workflows:read|Read workflows/i }).check()
  await dialog.getByRole('button', { name: /Create/ }).click()
  const secret = await dialog
    .getByText(/^cs_live_[0-9A-Za-z]+$/)
    .first()
    .innerText()
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await expect(page.getByText(secret)).toHaveCount(0)

  const outside = await playwright.request.newContext({ baseURL, extraHTTPHeaders: { 'X-API-Key': secret } })
  expect((await outside.get('/v1/workflows')).status()).toBe(200)
  const refused = await outside.post('/v1/workflows', { data: { name: 'No' } })
  expect(refused.status()).toBe(403)
  expect((await refused.json()).message).toContain('workflows:write')

  await page
    .getByRole('row', { name: new RegExp(name) })
    .getByRole('button', { name: /Revoke/ })
    .click()
  await page
    .getByRole('alertdialog')
    .getByRole('button', { name: /Revoke/ })
    .click()
  await page
    .locator('summary')
    .filter({ hasText: /no longer works?$/ })
    .click()
  await expect(page.getByRole('row', { name: new RegExp(name) })).toContainText('Revoked')
  await expect.poll(async () => (await outside.get('/v1/workflows')).status(), { timeout: 5_000 }).toBe(401)
  await outside.dispose()
})
