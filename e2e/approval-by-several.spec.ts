import AxeBuilder from '@axe-core/playwright'
import { type APIRequestContext, type Browser, expect, type Page, test } from '@playwright/test'
import { firstRun } from './first-run'
import { runStatus } from './steps'

const approval = (approvers: string[]) => ({
  nodes: [
    { id: 'start', type: 'start', name: 'Start' },
    {
      id: 'approval',
      type: 'approval',
      name: 'Two approve',
      config: {
        title: 'Release the payment?',
        show: { payee: 'Acme', amount: 700 },
        approvers,
        quorum: 2,
        dueInSeconds: 7_200,
        onDue: 'reject',
      },
    },
    { id: 'end', type: 'end', name: 'End' },
  ],
  edges: [
    { id: 'a', source: 'start', target: 'approval' },
    { id: 'b', source: 'approval', sourcePort: 'approved', target: 'end' },
  ],
})

/** Somebody who joins the team by the link of an invitation, in a browser of their own. */
async function join(
  browser: Browser,
  request: APIRequestContext,
  name: string,
): Promise<{ page: Page; email: string }> {
  const email = `${name.toLowerCase()}.${Date.now()}@example.test`
  const headers = { 'X-API-Key': firstRun().api_key }
  const invited = await request.post('/api/v1/members', { headers, data: { email, name, role: 'approver' } })
  const { invitation } = await invited.json()
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  const page = await context.newPage()
  await page.goto(new URL(invitation.link).pathname)
  await page.getByLabel('Password', { exact: true }).fill('a long enough password')
  await page.getByRole('button', { name: 'Join' }).click()
  await expect(page.getByRole('heading', { name: 'Workflows', level: 1 })).toBeVisible()
  return { page, email }
}

test('two of three approve: each sees how many do so far, and who is not asked sees why', async ({
  page,
  browser,
  request,
}) => {
  test.slow() // three browsers, two of which join first
  const [ada, grace] = [await join(browser, request, 'Ada'), await join(browser, request, 'Grace')]
  const headers = { 'X-API-Key': firstRun().api_key }
  const definition = approval([ada.email, grace.email, 'alan@example.test'])
  const made = await request.post('/api/v1/workflows', { headers, data: { name: 'Payments', definition } })
  const { id } = await made.json()
  await request.post(`/api/v1/workflows/${id}/publish`, { headers })
  const started = await request.post(`/api/v1/workflows/${id}/runs`, { headers, data: { wait: 10 } })
  const run = await started.json()

  await page.goto(`/runs/${run.id}`)
  const card = page.locator('[data-approval]')
  await expect(card).toContainText('0 of 2 approvals')
  await expect(card).toContainText('This approval is for')
  await expect(card.getByRole('button', { name: /Approve/ })).toHaveCount(0)

  await ada.page.goto('/approvals')
  const inbox = ada.page.locator('[data-approval]')
  const listed = ada.page.locator('[data-inbox]', { hasText: 'Release the payment?' })
  await listed.click()
  await expect(inbox).toContainText('Release the payment?')
  await inbox.getByLabel('Comment').fill('The invoice is there')
  await inbox.getByRole('button', { name: /^Approve/ }).click()
  await listed.click() // the inbox goes on to what else is to be decided
  await expect(inbox).toContainText('You approved this. It is still open: 1 of 2 approvals')
  await expect(inbox.getByRole('button', { name: /Approve/ })).toHaveCount(0)

  // Live, on a page that was open all the time.
  await expect(card).toContainText('1 of 2 approvals')
  await expect(card).toContainText('Ada approved')
  await expect(card).toContainText('The invoice is there')
  const found = await new AxeBuilder({ page }).include('[data-approval]').analyze()
  expect(found.violations).toEqual([])

  await grace.page.goto(`/runs/${run.id}`)
  await grace.page
    .locator('[data-approval]')
    .getByRole('button', { name: /^Approve/ })
    .click()
  await expect(runStatus(page, 'Completed')).toBeVisible()

  await ada.page.goto('/approvals?view=resolved')
  await listed.click()
  await expect(inbox).toContainText('2 of 2 approvals')
  for (const person of [ada, grace]) await person.page.context().close()
})
