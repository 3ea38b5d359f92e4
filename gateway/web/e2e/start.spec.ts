import { expect, expectAccessible, json, mock, test } from './mocked'
import { desk, tickets } from './nsp'

test('whoever has one desk is there at once and sees its tickets', async ({ page }) => {
  await mock(page)
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('NSP – den nationale serviceplatform')
  const rows = page.getByRole('table', { name: 'Sager' }).getByRole('row')
  await expect(rows).toHaveCount(tickets.length + 1)
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/desk-wide.png', fullPage: true })
  await page.getByRole('link', { name: 'ASCP00000042' }).click()
  await expect(page).toHaveURL(/\/desks\/nsp\/tickets\/ASCP00000042$/)
  await expect(page.getByRole('main')).toBeFocused()
})

test('whoever has several chooses one', async ({ page }) => {
  await mock(page, {
    '/v1/desks': json({ desks: [desk, { ...desk, name: 'desks/au', displayName: 'AU IT' }] }),
  })
  await page.goto('/')
  await expect(page.getByRole('link', { name: 'AU IT' })).toBeVisible()
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/desks-wide.png', fullPage: true })
  await page.getByRole('link', { name: /NSP/ }).click()
  await expect(page).toHaveURL(/\/desks\/nsp$/)
})

test('a number leads to its ticket, and a wrong one is explained', async ({ page }) => {
  await mock(page)
  await page.goto('/desks/nsp')
  const number = page.getByLabel('Sagsnummer')
  await number.fill('42!')
  await number.press('Enter')
  await expect(page.getByText('Et sagsnummer har store bogstaver')).toBeVisible()
  await expect(number).toBeFocused()
  await expectAccessible(page)
  await number.fill(' ascp00000042 ')
  await page.getByRole('button', { name: 'Vis sag' }).click()
  await expect(page).toHaveURL(/\/desks\/nsp\/tickets\/ASCP00000042$/)
})

test('the list fits a width of 320 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  await mock(page)
  await page.goto('/desks/nsp')
  await expect(page.getByRole('link', { name: 'ASCP00000042' })).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/desk-320.png', fullPage: true })
})

test('whoever is not signed in is asked to, and comes back to the same page', async ({ page }) => {
  await mock(page, { '/auth/session': json({ available: true, signedIn: false }) })
  await page.goto('/desks/nsp/tickets/ASCP00000042?sign-in=refused')
  await expect(page.getByRole('alert')).toHaveText('Login blev afbrudt eller afvist.')
  await expect(page.getByRole('main').getByRole('link', { name: 'Log på' })).toHaveAttribute(
    'href',
    '/auth/sign-in?return=%2Fdesks%2Fnsp%2Ftickets%2FASCP00000042',
  )
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/sign-in-wide.png', fullPage: true })
})

test('signing out leads to where the issuer ends its own session', async ({ page }) => {
  await mock(page, { '/auth/sign-out': json({ continue: '/?left' }) })
  await page.goto('/')
  await page.getByRole('button', { name: 'Log af' }).click()
  await expect(page).toHaveURL(/\?left$/)
})

test('a choice of language is kept', async ({ page }) => {
  await mock(page)
  await page.goto('/')
  await page.getByRole('link', { name: 'Svenska' }).click()
  await expect(page.getByRole('heading', { name: 'Ärenden' })).toBeVisible()
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('lang', 'sv')
  await expectAccessible(page)
})

test('the keyboard reaches the content first', async ({ page }) => {
  await mock(page)
  await page.goto('/desks/nsp')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Gå til sidens indhold' })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Meld en sag' })).toBeFocused()
})

test('an address that does not exist says so', async ({ page }) => {
  await mock(page)
  await page.goto('/nowhere')
  await expect(page.getByRole('heading', { name: 'Siden findes ikke' })).toBeVisible()
  await expectAccessible(page)
})
