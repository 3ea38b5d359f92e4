import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/**
 * The design system's stylesheet names every font in formats for browsers that no longer exist, and 140 icons as CSS classes
 * that this page does not use (it takes icons from the sprite). Both would become files of the page.
 */
const leaveOutOfDkfds: Plugin = {
  name: 'leave-out-of-dkfds',
  enforce: 'pre',
  transform(css, id) {
    if (!/dkfds.*\.css$/.test(id)) return undefined
    return css
      .replace(/src:[^;}]*?(url\("[^"]+\.woff2"\) format\("woff2"\))[^;}]*/g, 'src:$1')
      .replace(/\.icon-[a-z-]+:not\(a\)\s*\{\s*background-image:[^}]*\}/g, '')
  },
}

const gateway = process.env['BAVN_GATEWAY'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [leaveOutOfDkfds, react()],
  build: {
    assetsInlineLimit: 0, // the content security policy has no data: but for images
    modulePreload: { polyfill: false },
    target: 'es2023',
  },
  server: { proxy: { '/v1': gateway, '/auth': gateway, '/openapi.yaml': gateway, '/process': gateway } },
  // As the gateway's app/headers.go, so that the browser tests see what the policy would stop.
  preview: {
    headers: {
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    },
  },
  test: { include: ['src/**/*.test.ts'] },
})
