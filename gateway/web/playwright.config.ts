import { defineConfig } from '@playwright/test'

const port = 41730

// The browser is Debian's: Playwright's own cannot be downloaded everywhere.
export default defineConfig({
  testDir: 'e2e',
  fullyParallel: true,
  workers: 2,
  expect: { timeout: 10_000 }, // two browsers share the machine with whatever else is tested
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    locale: 'da-DK',
    timezoneId: 'America/New_York', // far from the desk, whose time is shown
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  webServer: { command: `vite preview --host 127.0.0.1 --port ${port} --strictPort`, port, reuseExistingServer: false },
})
