import { expect, test as setup } from '@playwright/test'
import { firstRun, SIGNED_IN } from './first-run'

/** Signing in is limited per minute, so every journey shares one session. */
setup('sign in', async ({ page }) => {
  const { email, password } = firstRun()
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert').first()).toBeVisible()
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Workflows', level: 1 })).toBeVisible()
  await page.context().storageState({ path: SIGNED_IN })
})
