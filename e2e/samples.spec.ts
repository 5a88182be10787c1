import { expect, test } from '@playwright/test'
import { firstRun } from './first-run'
import { runStatus } from './steps'

test('Earthquake bulletin: the real feed, a draft, an edit by a human, and what is published is what was approved', async ({
  page,
  request,
}) => {
  await page.goto('/workflows')
  await page.getByRole('button', { name: 'Run Earthquake bulletin' }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^Run/ }).click()
  await page.waitForURL(/\/runs\//)
  await expect(runStatus(page, 'Needs approval')).toBeVisible()

  const approval = page.locator('[data-approval]')
  await expect(approval).toContainText('Hualian')
  await approval.getByRole('button', { name: /Edit/ }).click()
  await approval.getByLabel('Headline').fill('Strong earthquake off Hualian')
  await approval.getByLabel('Comment').fill('Shorter headline')
  await approval.getByRole('button', { name: /^Approve/ }).click()
  await expect(runStatus(page, 'Completed')).toBeVisible()
  await page.getByRole('tab', { name: 'Output' }).click()
  await expect(page.getByRole('main')).toContainText('Strong earthquake off Hualian')

  const { items } = await (await request.get('/api/samples/deliveries')).json()
  expect(items[0].body.headline).toBe('Strong earthquake off Hualian')
  expect(items[0].idempotency_key).toBeTruthy()
})

test('Support intake: asks, branches, asks again, ends; in the browser', async ({ page }) => {
  await page.goto(`/workflows/${firstRun().workflows['support-intake']}`)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^Run/ }).click()
  await page.getByRole('link', { name: /Open run/ }).click()
  await expect(runStatus(page, 'Needs input')).toBeVisible()

  await page.getByRole('button', { name: 'Send answer' }).click()
  await expect(page.getByText(/required/i).first()).toBeVisible()
  await page.getByRole('textbox', { name: 'Your name' }).fill('Ada')
  await page.getByRole('radio', { name: 'technical' }).click()
  await page.getByRole('button', { name: 'Send answer' }).click()
  await expect(page.getByText(/Technical details/i).first()).toBeVisible()
  await expect(page.locator('[data-wait]')).toHaveCount(1)
})

test('a run is stopped from its page, after a question', async ({ page }) => {
  await page.goto('/workflows')
  await page.getByRole('button', { name: 'Run Support intake' }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^Run/ }).click()
  await page.waitForURL(/\/runs\//)
  await expect(runStatus(page, 'Needs input')).toBeVisible()
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: /Stop/ }).click()
  await expect(runStatus(page, 'Cancelled')).toBeVisible()
})

test('a run started by the API appears in the open list by itself', async ({ page, request }) => {
  const { api_key: key, workflows } = firstRun()
  await page.goto('/runs')
  await expect(page.getByRole('heading', { name: 'Runs', level: 1 })).toBeVisible()
  const answer = await request.post(`/v1/workflows/${workflows['support-intake']}/runs`, {
    headers: { 'X-API-Key': key },
    data: { run_by: 'nightly import 7', wait: 20 },
  })
  expect(answer.status()).toBe(201)
  await expect(page.getByText('nightly import 7').first()).toBeVisible()
})
