from dyntui.screens.drawer import Drawer
class CreateTableScreen(Drawer):
    def __init__(self,*a): super().__init__()
