"""What payments_service refuses, by name."""

from kit.errors import Conflict, Invalid, NotFound, TooLarge, Unauthenticated


class Insufficient(Conflict):
    """There is not enough on this account; extras: `account`."""


class JournalKeyReused(Invalid):
    """This key was used for another movement; take a new one."""


class HoldResolved(Conflict):
    """This hold was posted, voided or has expired already."""


class HoldExpired(Conflict):
    """This hold has expired; nothing can be posted from it any more."""


class HoldNotFound(NotFound):
    """There is no such hold in the ledger."""


class JournalReversed(Conflict):
    """This movement was reversed already; it can be reversed once."""


class NotReversible(Conflict):
    """This is undone where it was done, by a refund, a gift or a payout; a hold by its end."""


class NothingToAdjust(Invalid):
    """An adjustment of nothing is none; only fees may be negative, when they are given back."""


class ExportTooLarge(TooLarge):
    """That is more than a sheet holds; choose a shorter period, or CSV; extras: `most`."""


class JournalNotFound(NotFound):
    """There is no such movement in the ledger."""


class LedgerAccountNotFound(NotFound):
    """There is no such account in the ledger."""


class OrderNotFound(NotFound):
    """There is no such order, or it is somebody else's."""


class OrderKeyReused(Invalid):
    """This Idempotency-Key was used for another order or payment; take a new one."""


class OrderClosed(Conflict):
    """This order cannot be paid or cancelled any more; extras: `state`."""


class NotForSale(Invalid):
    """This cannot be bought; `errors` may say why."""


class OwnFilm(Conflict):
    """This is yours already: nobody pays for their own film."""


class OwnedAlready(Conflict):
    """You have this already; there is nothing to pay."""


class NeedsAccount(Conflict):
    """Sign in first: this is kept with an account."""


class NeedsKey(Invalid):
    """Send an Idempotency-Key header of 16 to 200 characters, a new one for each payment."""


class MethodUnavailable(Conflict):
    """This way to pay does not work now; take another one."""


class WrongPhone(Invalid):
    """This is no mobile number that can pay; write it with its country code."""


class TooManyAttempts(Conflict):
    """A payment of this order is under way: end it on the phone, or wait until it ends."""


class WebhookUnsigned(Unauthenticated):
    """The signature of this webhook is missing, wrong or too old."""


class WebhookNotFound(NotFound):
    """There is no such webhook."""


class ProviderNotFound(NotFound):
    """There is no such payment provider here."""


class PlanNotFound(NotFound):
    """There is no such plan."""


class PlanNotOnSale(Conflict):
    """Nobody can subscribe to this plan any more; choose another one."""


class NoSubscription(NotFound):
    """There is no subscription here."""


class SubscriptionNotFound(NotFound):
    """There is no such subscription."""


class SubscribedAlready(Conflict):
    """You have this subscription already; renew it, or change to another plan."""


class NotPossibleNow(Conflict):
    """This cannot be done with the subscription as it is now; extras: `state`."""


class TrialUsed(Conflict):
    """You have had your trial; subscribe to go on."""


class TrialNotOffered(Conflict):
    """This plan has no trial."""


class CurrencyDiffers(Conflict):
    """The other plan is sold in another currency: end this one first, then subscribe anew."""


class CouponNotFound(NotFound):
    """There is no such coupon."""


class CouponTaken(Conflict):
    """There is a coupon with this code already; choose another code."""


class CouponNotValid(Invalid):
    """This code takes nothing off this order; extras: `reason`."""


class CouponLimitTooLow(Invalid):
    """The coupon was used more often than that already."""


class CountryPriceNotFound(NotFound):
    """There is no such price."""


class CodeWorthless(NotFound):
    """This code is worth nothing: it is wrong, not sold yet, spent, or no longer good."""


class CodeTooSmall(Conflict):
    """There is not enough on this code for this order; extras: `remaining`, `currency`."""


class CodeInOtherCurrency(Conflict):
    """This code is in another currency than the order."""


class VoucherNotFound(NotFound):
    """There is no such voucher."""


class VoucherBatchNotFound(NotFound):
    """There is no such batch of vouchers."""


class VoucherKeyReused(Invalid):
    """This key was used for other vouchers or another settlement; take a new one."""


class VoucherSold(Conflict):
    """The sale of this voucher was confirmed already; extras: `sold_at`."""


class VoucherWithdrawn(Conflict):
    """This voucher was withdrawn: do not sell it."""


class CashCodeNotFound(NotFound):
    """No order waits for cash under this code; look at it again, every character counts."""


class GiftCardNotFound(NotFound):
    """There is no gift card in this order, or it is not paid yet."""


class SettlementTooLarge(Conflict):
    """This agent owes less than that; extras: `owed`."""


class PaperNotFound(NotFound):
    """There is no such invoice, or it is somebody else's."""


class RefundNotFound(NotFound):
    """There is no such refund."""


class RefundKeyReused(Invalid):
    """This Idempotency-Key was used for another refund; take a new one."""


class NotRefundable(Conflict):
    """This cannot be refunded now; extras: `why` (late, watched, nothing_left, not_paid, …)."""


class TooMuchRefunded(Conflict):
    """That is more than is left of what was paid; extras: `refundable_amount`."""


class DisputeNotFound(NotFound):
    """There is no such dispute."""


class DisputeClosed(Conflict):
    """This dispute was decided already."""


class WrongShares(Invalid):
    """The shares of a film's makers must be 1000 together, each of another account."""


class FilmWithoutMakers(NotFound):
    """Nobody has said yet who made this film, or it is not yours to see."""


class TermsNotFound(NotFound):
    """There are no such terms: the house's apply."""


class StatementNotFound(NotFound):
    """There is no such statement, or it is somebody else's."""


class PayoutAccountMissing(NotFound):
    """Say first where you want to be paid: your mobile money number."""


class PayoutNotFound(NotFound):
    """There is no such payout, or it is somebody else's."""


class PayoutKeyReused(Invalid):
    """This Idempotency-Key was used for another payout; take a new one."""


class PayoutTooSmall(Conflict):
    """That is less than the smallest payout, or more than is available; extras: both amounts."""


class PayoutSettled(Conflict):
    """This payout is on its way or over; it cannot be changed any more."""


class PayoutHeld(Conflict):
    """This payout cannot be approved yet; extras: `why` (new_account, flags, unconfirmed)."""


class OwnPayout(Conflict):
    """Nobody approves their own payout: ask somebody else."""
