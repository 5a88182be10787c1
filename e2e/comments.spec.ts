import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { firstRun } from './first-run'

const nodes = (output: unknown) => [
  { id: 'start', type: 'start', name: 'Start' },
  { id: 'notice', type: 'template', name: 'Notice', config: { text: 'It rains.' } },
  { id: 'end', type: 'end', name: 'End', config: { output }, position: { x: 700, y: 0 } },
]
const edges = [
  { id: 'a', source: 'start', target: 'notice' },
  { id: 'b', source: 'notice', target: 'end' },
]

test('a run is evaluated, rated and talked about: live, at the place it is about, and found again from there', async ({
  page,
  request,
}) => {
  test.slow() // three pages, two workflows, two runs
  const headers = { 'X-API-Key': firstRun().api_key }
  const publish = async (name: string, definition: object): Promise<string> => {
    const made = await request.post('/api/v1/workflows', { headers, data: { name, definition } })
    const { id } = await made.json()
    expect((await request.post(`/api/v1/workflows/${id}/publish`, { headers })).status()).toBe(201)
    return id
  }
  const judge = await publish('Judge', {
    inputs: { type: 'object', properties: { run: { type: 'object' } }, required: ['run'] },
    nodes: nodes({ scores: { brevity: 0.9 }, comment: 'Short enough.' }),
    edges,
  })
  const id = await publish('Notices', {
    nodes: nodes('{{ nodes.Notice.output }}'),
    edges,
    settings: { evaluation: { workflowId: judge } },
  })
  const started = await request.post(`/api/v1/workflows/${id}/runs`, { headers, data: { wait: 10 } })
  const run = await started.json()

  await page.goto(`/runs/${run.id}`)
  const evaluation = page.locator('[data-evaluation=completed]')
  await expect(evaluation).toContainText('brevity')
  await expect(evaluation).toContainText('Short enough.')

  // From a step to words about it.
  await page.getByRole('region', { name: 'Timeline' }).getByRole('button', { name: 'Notice', exact: true }).click()
  await page.getByLabel('Details').getByRole('button', { name: 'Comment' }).click()
  const field = page.getByRole('textbox', { name: 'Comment', exact: true })
  await expect(field).toBeFocused()
  await field.fill('It should say where.')
  await field.press('Control+Enter')
  const comments = page.getByRole('region', { name: 'Comments' })
  await expect(comments.getByRole('article')).toContainText('It should say where.')
  await comments.getByRole('button', { name: /^Good,/ }).click()
  await expect(comments.getByRole('button', { name: 'Good, said by 1' })).toHaveAttribute('aria-pressed', 'true')

  // What somebody else says comes by itself.
  const data = { body: 'Agreed.', event_seq: 1 }
  expect((await request.post(`/api/v1/runs/${run.id}/comments`, { headers, data })).status()).toBe(201)
  await expect(comments.getByRole('article')).toHaveCount(2)
  const found = await new AxeBuilder({ page }).analyze()
  expect(found.violations).toEqual([])

  // And from the words to what they are about.
  await comments.getByRole('button', { name: 'About Event 1' }).click()
  await expect(
    page.getByRole('log', { name: 'Events' }).getByRole('button', { name: '1 comment on event 1' }),
  ).toBeVisible()
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await page.getByRole('button', { name: '1 comment on Notice' }).click()
  await comments.getByRole('button', { name: 'Delete the comment' }).first().click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete comment' }).click()
  await expect(comments.getByRole('article')).toHaveCount(1)

  // The run of the evaluator leads back.
  await page.getByRole('button', { name: 'Back to the run' }).click()
  await evaluation.getByRole('link', { name: 'By Judge' }).click()
  await expect(page.getByRole('heading', { name: 'Judge', level: 1 })).toBeVisible()
  await page.getByRole('link', { name: 'Of an earlier run' }).click()
  await expect(page).toHaveURL(new RegExp(`/runs/${run.id}`))
})
