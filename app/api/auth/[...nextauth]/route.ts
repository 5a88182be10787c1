import { handleAuth } from '@/lib/api/server/auth/auth-door'

const handler = async (request: Request, { params }: { params: Promise<{ nextauth: string[] }> }) =>
  handleAuth(request, (await params).nextauth)

export { handler as GET, handler as POST }
