import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { problem } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import { SetUpForm } from './set-up-form'
import { SignInForm } from './sign-in-form'

const assign = vi.fn()

beforeEach(() => {
  assign.mockClear()
  const location = { ...window.location, assign, hash: '#abcdefghijklmnopqrstuvwx' }
  vi.stubGlobal('location', location)
})
afterEach(() => {
  vi.unstubAllGlobals()
})

/** Answers the CSRF token, then what `answer` says of the form; returns the forms that were sent. */
function server(answer: () => Response): { path: string; fields: Record<string, string> }[] {
  const sent: { path: string; fields: Record<string, string> }[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    if (path === '/api/auth/csrf') return Response.json({ csrfToken: 'the-token' })
    sent.push({ path, fields: Object.fromEntries(new URLSearchParams(String(init.body))) })
    return answer()
  })
  return sent
}

describe('the sign-in form', () => {
  test('sends e-mail, password and the CSRF token, and goes on to the wanted page', async () => {
    const sent = server(() => Response.json({ url: 'http://localhost/' }))
    renderPage(<SignInForm next="/runs?status=failed" />)
    await userEvent.type(screen.getByLabelText('E-mail'), 'ann@example.test')
    await userEvent.type(screen.getByLabelText('Password'), 'correct horse battery{Enter}')
    await waitFor(() => expect(assign).toHaveBeenCalledWith('/runs?status=failed'))
    const fields = {
      email: 'ann@example.test',
      password: 'correct horse battery',
      csrfToken: 'the-token',
      json: 'true',
    }
    expect(sent).toEqual([{ path: '/api/auth/callback/credentials', fields }])
  })

  test('says why it was refused, keeps what was typed and goes nowhere', async () => {
    server(() => problem('unauthenticated', 'The e-mail or the password is not right.'))
    renderPage(<SignInForm next="/" />)
    await userEvent.type(screen.getByLabelText('E-mail'), 'ann@example.test')
    await userEvent.type(screen.getByLabelText('Password'), 'wrong{Enter}')
    expect((await screen.findByRole('alert')).textContent).toBe('The e-mail or the password is not right.')
    expect(screen.getByLabelText('E-mail')).toHaveProperty('value', 'ann@example.test')
    expect(assign).not.toHaveBeenCalled()
  })

  test('asks for what is missing, at the field, until it is there', async () => {
    const sent = server(() => Response.json({}))
    renderPage(<SignInForm next="/" />)
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }))
    expect(screen.getByText('Enter your e-mail address.')).toBeTruthy()
    expect(document.activeElement).toBe(screen.getByLabelText('E-mail'))
    await userEvent.type(screen.getByLabelText('E-mail'), 'a')
    expect(screen.queryByText('Enter your e-mail address.')).toBeNull()
    expect(sent).toEqual([])
  })

  test('never lets a browser write the password into the address', () => {
    renderPage(<SignInForm next="/" />)
    expect(screen.getByRole('button', { name: 'Sign in' }).closest('form')?.method).toBe('post')
  })

  test('shows the password only while it is asked to', async () => {
    renderPage(<SignInForm next="/" />)
    expect(screen.getByLabelText('Password')).toHaveProperty('type', 'password')
    await userEvent.click(screen.getByRole('button', { name: 'Show the password' }))
    expect(screen.getByLabelText('Password')).toHaveProperty('type', 'text')
  })
})

describe('the set-up form', () => {
  test('takes the token from the link', () => {
    renderPage(<SetUpForm />)
    expect(screen.getByLabelText('Set-up token')).toHaveProperty('value', 'abcdefghijklmnopqrstuvwx')
  })

  test('shows what the server says of a field at that field', async () => {
    const errors = [{ path: 'token', message: 'is not the one printed at the last start' }]
    server(() => problem('forbidden', 'The set-up token is not right.', { errors }))
    renderPage(<SetUpForm />)
    await userEvent.type(screen.getByLabelText('Your name'), 'Ann')
    await userEvent.type(screen.getByLabelText('E-mail'), 'ann@example.test')
    await userEvent.type(screen.getByLabelText('Password'), 'correct horse battery')
    await userEvent.type(screen.getByLabelText('Team'), 'Ops{Enter}')
    await screen.findByText('is not the one printed at the last start')
    expect(document.activeElement).toBe(screen.getByLabelText('Set-up token'))
  })

  test('refuses a short password before it is sent', async () => {
    const sent = server(() => Response.json({}))
    renderPage(<SetUpForm />)
    await userEvent.type(screen.getByLabelText('Your name'), 'Ann')
    await userEvent.type(screen.getByLabelText('E-mail'), 'ann@example.test')
    await userEvent.type(screen.getByLabelText('Password'), 'short')
    await userEvent.type(screen.getByLabelText('Team'), 'Ops{Enter}')
    expect(screen.getByText('Use 12 characters or more.')).toBeTruthy()
    expect(sent).toEqual([])
  })
})
