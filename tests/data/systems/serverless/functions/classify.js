// Says which team a message is for.
exports.handler = async ({ message }) => ({
  team: /invoice|refund|payment/i.test(message) ? "billing" : "general",
});
