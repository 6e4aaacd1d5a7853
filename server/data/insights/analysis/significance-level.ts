/** Share of false ones among the findings that are told, at most. */
export const level = 0.05;
