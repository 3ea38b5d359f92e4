import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect, type Page, type Route } from '@playwright/test'
import { attachments, desk, groups, journey, notifications, parties, persons, ticket, tickets } from './nsp'

/** What the mocked gateway answers, by path; a test replaces what it is about. */
export type Answers = Record<string, (route: Route) => Promise<void>>

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  (route: Route) =>
    route.fulfill({ status, headers, json: body })

/** A refusal as the gateway writes it, with what is wrong field by field and what the process demands, by rule. */
export const refused = (status: number, reason: string, text: string, fields: Record<string, string> = {}, demands: Record<string, string> = {}) =>
  json(
    {
      code: 5,
      message: 'developers read this',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'bavn.dk', metadata: {} },
        { '@type': 'type.googleapis.com/google.rpc.LocalizedMessage', locale: 'da', message: text },
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: Object.entries(fields).map(([field, message]) => ({
            field,
            description: 'developers read this',
            localizedMessage: { locale: 'da', message },
          })),
        },
        {
          '@type': 'type.googleapis.com/google.rpc.PreconditionFailure',
          violations: Object.entries(demands).map(([subject, description]) => ({ type: 'PROFILE', subject, description })),
        },
      ],
    },
    status,
    { Traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
  )

const answers: Answers = {
  '/auth/session': json({ available: true, signedIn: true, person: 'mette', name: 'Mette Holm' }),
  '/v1/desks': json({ desks: [desk], nextPageToken: '' }),
  '/v1/desks/nsp': json(desk),
  '/v1/desks/nsp/memberships': json({
    memberships: [{ name: 'desks/nsp/memberships/1', person: 'desks/nsp/persons/mette', party: 'desks/nsp/parties/spoc', roles: ['agent'] }],
  }),
  '/v1/desks/nsp/parties': json({ parties }),
  '/v1/desks/nsp/persons:batchGet': json({ persons }),
  '/v1/desks/nsp/tickets': json({ tickets, nextPageToken: '' }),
  '/v1/desks/nsp/tickets/ASCP00000042': json(ticket),
  '/v1/desks/nsp/tickets/ASCP00000042/journey': json(journey),
  '/v1/desks/nsp/tickets/ASCP00000042/attachments': json({ attachments, nextPageToken: '' }),
  '/v1/desks/nsp/notifications': json({ notifications }),
}

for (const [party, list] of Object.entries(groups)) answers[`/v1/desks/nsp/parties/${party}/groups`] = json({ groups: list })

export async function mock(page: Page, instead: Answers = {}): Promise<void> {
  await page.clock.setFixedTime('2026-11-03T15:00:00Z')
  const all = { ...answers, ...instead }
  await page.route(/^http:\/\/[^/]+\/(v1|auth)\//, async (route) => {
    const answer = all[new URL(route.request().url()).pathname]
    await (answer ?? refused(404, 'NOT_FOUND', 'Det findes ikke, eller du må ikke se det.'))(route)
  })
}

/** Fails a test whose page complains: an error in the console is a broken page or a broken security policy. */
export const test = base.extend<{ complaints: string[] }>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = []
      page.on('console', (message) => {
        const expected = message.text().startsWith('Failed to load resource') // refusals that a test asks for
        if (message.type() === 'error' && !expected) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      await use(complaints)
      expect(complaints, 'the page complains in the console').toEqual([])
    },
    { auto: true },
  ],
})

/** Fails where something makes the page scroll sideways. */
export async function expectFits(page: Page): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider, 'scrolls sideways').toBeLessThanOrEqual(0)
}

export async function expectAccessible(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible() // a page that is still being built has no heading
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  const said = violations.map((one) => `${one.id}: ${one.help} ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`)
  expect(said).toEqual([])
}

export { expect }
