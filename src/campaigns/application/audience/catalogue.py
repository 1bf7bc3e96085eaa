"""Everything the audience context can do, and every question it answers."""

from collections.abc import Mapping

from campaigns.application.audience.claims import CLAIM_REFUSALS
from campaigns.application.audience.commands.change_profiles import ChangeProfiles, ChangeProfilesHandler
from campaigns.application.audience.commands.change_segment import ChangeSegment, ChangeSegmentHandler
from campaigns.application.audience.commands.create_segment import CreateSegment, CreateSegmentHandler
from campaigns.application.audience.commands.delete_segment import DeleteSegment, DeleteSegmentHandler
from campaigns.application.audience.commands.erase_person import ErasePerson, ErasePersonHandler
from campaigns.application.audience.commands.import_dataset import ImportDataset, ImportDatasetHandler
from campaigns.application.audience.commands.lift_suppression import LiftSuppression, LiftSuppressionHandler
from campaigns.application.audience.commands.reapply_erasures import ReapplyErasures, ReapplyErasuresHandler
from campaigns.application.audience.commands.set_frequency_caps import SetFrequencyCaps, SetFrequencyCapsHandler
from campaigns.application.audience.commands.set_preferences import SetPreferences, SetPreferencesHandler
from campaigns.application.audience.commands.suppress_file import SuppressFile, SuppressFileHandler
from campaigns.application.audience.commands.suppress_people import SuppressPeople, SuppressPeopleHandler
from campaigns.application.audience.queries.check_eligibility import CheckEligibility, CheckEligibilityHandler
from campaigns.application.audience.queries.estimate_audience import EstimateAudience, EstimateAudienceHandler
from campaigns.application.audience.queries.estimate_segment import EstimateSegment, EstimateSegmentHandler
from campaigns.application.audience.queries.export_suppressions import ExportSuppressions, ExportSuppressionsHandler
from campaigns.application.audience.queries.find_people import FindPeople, FindPeopleHandler
from campaigns.application.audience.queries.list_erasures import ListErasures, ListErasuresHandler
from campaigns.application.audience.queries.list_imports import ListImports, ListImportsHandler
from campaigns.application.audience.queries.list_segments import ListSegments, ListSegmentsHandler
from campaigns.application.audience.queries.list_suppressions import ListSuppressions, ListSuppressionsHandler
from campaigns.application.audience.queries.show_erasure import ShowErasure, ShowErasureHandler
from campaigns.application.audience.queries.show_frequency_caps import ShowFrequencyCaps, ShowFrequencyCapsHandler
from campaigns.application.audience.queries.show_import import ShowImport, ShowImportHandler
from campaigns.application.audience.queries.show_segment import ShowSegment, ShowSegmentHandler
from campaigns.application.shared.messages import Command, Query

__all__ = ["CLAIM_REFUSALS", "COMMANDS", "QUERIES"]

COMMANDS: Mapping[type[Command], type] = {
    CreateSegment: CreateSegmentHandler,
    ChangeSegment: ChangeSegmentHandler,
    DeleteSegment: DeleteSegmentHandler,
    SuppressPeople: SuppressPeopleHandler,
    SuppressFile: SuppressFileHandler,
    LiftSuppression: LiftSuppressionHandler,
    ImportDataset: ImportDatasetHandler,
    ErasePerson: ErasePersonHandler,
    ChangeProfiles: ChangeProfilesHandler,
    SetPreferences: SetPreferencesHandler,
    ReapplyErasures: ReapplyErasuresHandler,
    SetFrequencyCaps: SetFrequencyCapsHandler,
}
QUERIES: Mapping[type[Query], type] = {
    ShowSegment: ShowSegmentHandler,
    ListSegments: ListSegmentsHandler,
    EstimateSegment: EstimateSegmentHandler,
    EstimateAudience: EstimateAudienceHandler,
    CheckEligibility: CheckEligibilityHandler,
    ListSuppressions: ListSuppressionsHandler,
    ExportSuppressions: ExportSuppressionsHandler,
    FindPeople: FindPeopleHandler,
    ShowImport: ShowImportHandler,
    ListImports: ListImportsHandler,
    ShowErasure: ShowErasureHandler,
    ListErasures: ListErasuresHandler,
    ShowFrequencyCaps: ShowFrequencyCapsHandler,
}
