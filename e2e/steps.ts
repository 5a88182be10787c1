import { expect, type Locator, type Page } from '@playwright/test'

/** The badge of a run's status, by its word, in the header of a run page. */
export function runStatus(page: Page, word: string): Locator {
  return page.getByRole('main').getByText(word, { exact: true }).first()
}

/** Makes a blank workflow and opens its designer. */
export async function newWorkflow(page: Page, name: string): Promise<void> {
  await page.goto('/workflows')
  await page.getByRole('button', { name: 'New workflow' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByRole('button', { name: /^Create/ }).click()
  await page.waitForURL(/\/workflows\/[0-9a-f-]{36}/)
  await expect(page.getByLabel('Into End', { exact: true })).toBeVisible()
}

/** Puts a step on the canvas by the picker; it is wired up where it was asked for. */
export async function addStep(page: Page, search: string): Promise<void> {
  await page.getByPlaceholder('Add a step…').fill(search)
  await page.keyboard.press('Enter')
  await expect(page.getByPlaceholder('Add a step…')).toBeHidden()
}

/** Waits until nothing on the canvas moves any more: what is taken hold of in mid-flight is missed. */
export async function canvasRests(page: Page): Promise<void> {
  let before = ''
  await expect
    .poll(
      async () => {
        const places = await page
          .locator('.react-flow__viewport, .react-flow__node')
          .evaluateAll((elements) => elements.map((element) => getComputedStyle(element).transform).join())
        const isAtRest = places === before
        before = places
        return isAtRest
      },
      { intervals: [200] },
    )
    .toBe(true)
}

/** Drags a connection from a port of one node to another node. */
export async function connect(page: Page, from: { node: string; port: string }, to: string): Promise<void> {
  const source = page.getByLabel(`From ${from.node}, port ${from.port}`, { exact: true })
  const target = page.getByLabel(`Into ${to}`, { exact: true })
  // Tidying up moves the steps a moment after it is asked for: a grip that missed its port is let go, and tried again.
  await expect(async () => {
    await canvasRests(page)
    await source.hover()
    const grip = await source.boundingBox()
    await page.mouse.down()
    await page.mouse.move((grip?.x ?? 0) + 12, (grip?.y ?? 0) + 12, { steps: 3 })
    const line = page.locator('.react-flow__connection')
    await expect(line)
      .toBeAttached({ timeout: 1_000 })
      .catch(async (missed: unknown) => {
        await page.mouse.up()
        throw missed
      })
  }).toPass({ timeout: 30_000 })
  await target.hover()
  await page.mouse.up()
}

export async function expectSaved(page: Page): Promise<void> {
  await expect(page.getByText('Saved', { exact: true })).toBeVisible()
}
