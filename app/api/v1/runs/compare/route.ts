import { mount } from '@/lib/api/server/mount'

export const { GET, POST, PUT, PATCH, DELETE } = mount('/api/v1/runs/compare')
