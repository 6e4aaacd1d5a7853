/** A text as a part of a pattern of LIKE, in which every sign stands for itself. */
export const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
