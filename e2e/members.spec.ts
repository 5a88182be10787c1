import { expect, test } from '@playwright/test'

test('a person is invited, joins in another browser, may do what the role says, and is signed out when removed', async ({
  page,
  browser,
  baseURL,
}) => {
  const email = `approver.${Date.now()}@example.com`
  await page.goto('/settings/members')
  await page.getByRole('button', { name: 'Invite' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('E-mail').fill(email)
  await dialog.getByRole('radio', { name: /^Approver/ }).check()
  await dialog.getByRole('button', { name: 'Invite' }).click()
  const link = await dialog.getByTestId('one-time-link').innerText()
  await dialog.getByRole('button', { name: 'I have copied it' }).click()
  await expect(page.getByRole('row', { name: new RegExp(email) })).toContainText('Approver')

  const elsewhere = await browser.newContext({ baseURL, storageState: { cookies: [], origins: [] } })
  const theirs = await elsewhere.newPage()
  await theirs.goto(link)
  await theirs.getByLabel('Your name').fill('Second Person')
  await theirs.getByLabel('Password', { exact: true }).fill('a long enough password')
  await theirs.getByRole('button', { name: 'Join' }).click()
  await expect(theirs.getByRole('heading', { name: 'Workflows', level: 1 })).toBeVisible()
  const origin = { Origin: new URL(link).origin }
  const refused = await elsewhere.request.post('/api/v1/workflows', { headers: origin, data: { name: 'No' } })
  expect(refused.status()).toBe(403)
  expect((await refused.json()).message).toContain('The role approver')
  await theirs.goto(link)
  await expect(theirs.getByRole('heading', { name: 'This link works no more' })).toBeVisible()
  await theirs.goto('/settings/members')
  await expect(theirs.getByRole('row', { name: new RegExp(email) })).toContainText('You')
  await expect(theirs.getByRole('button', { name: 'Invite' })).toHaveCount(0)

  await page.reload()
  await page.getByRole('button', { name: 'More for Second Person' }).click()
  await page.getByRole('menuitem', { name: 'Remove from the team' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove member' }).click()
  await expect(page.getByRole('row', { name: new RegExp(email) })).toHaveCount(0)
  await expect.poll(async () => (await elsewhere.request.get('/api/v1/me')).status(), { timeout: 5_000 }).toBe(401)
  await theirs.goto('/workflows')
  await expect(theirs).toHaveURL(/\/sign-in/)
  await elsewhere.close()
})
