/** As the server has it; said before the form is sent. */
export const MIN_PASSWORD_LENGTH = 12
