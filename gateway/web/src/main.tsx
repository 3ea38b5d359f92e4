import '../node_modules/dkfds/dist/css/dkfds.css'
import './style.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { retryOnlyWhatMayPass } from './api/problem'
import { startLanguages } from './i18n/languages'
import { makeRouter } from './router'

const queries = new QueryClient({
  defaultOptions: { queries: { retry: retryOnlyWhatMayPass, staleTime: 10_000 } },
})

startLanguages()
  .then(() => {
    const page = document.getElementById('page')
    if (!page) throw new Error('index.html has no element with the id "page"')
    createRoot(page).render(
      <StrictMode>
        <QueryClientProvider client={queries}>
          <RouterProvider router={makeRouter()} />
        </QueryClientProvider>
      </StrictMode>,
    )
  })
  .catch((error: unknown) => {
    console.error(error)
  })
